#include "crawler/progress_view.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace trawl::crawler {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLineEvery = 10s;
constexpr Duration kShownRateOver = 2s;
constexpr Duration kBlockedEvery = 1s;

std::string Number(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string Waiting(const Frontier::Blocked& blocked, Instant now) {
  if (blocked.hosts == 0) return {};
  return Number(blocked.urls) + " URLs of " + Number(blocked.hosts) + " hosts wait, the first (" +
         blocked.example + ") for " + Elapsed(*blocked.first - now);
}

}  // namespace

std::string Elapsed(Duration duration) {
  const long long seconds = std::max<long long>(duration.count() / 1000, 0);
  char text[32];
  if (seconds >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
  } else {
    std::snprintf(text, sizeof text, "%02lld:%02lld", seconds / 60, seconds % 60);
  }
  return text;
}

ProgressView::ProgressView(Log& log) : log_(log) {
  const char* kind = std::getenv("TERM");
  terminal_ = ::isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

void ProgressView::Show(const Progress& progress, const Engine& engine, Instant now) {
  if (rate_since_ == Instant{}) rate_since_ = now;
  if (now - rate_since_ >= kShownRateOver) {
    rate_ = static_cast<double>(progress.pages - rate_pages_) * 1000.0 /
            static_cast<double>((now - rate_since_).count());
    rate_since_ = now;
    rate_pages_ = progress.pages;
  }
  if (!terminal_) {
    if (last_line_ != Instant{} && now - last_line_ < kLineEvery) return;
    if (last_line_ == Instant{}) {
      last_line_ = now;
      return;
    }
    last_line_ = now;
    char rate[32];
    std::snprintf(rate, sizeof rate, "%.0f", rate_);
    log_.Say(LogLevel::kNotice, "progress",
             Elapsed(now - progress.started) + ": " + Number(progress.pages) + " pages (" + rate + "/s), " +
                 Number(progress.in_flight) + " in flight, " + Number(progress.queued) + " queued, " +
                 Number(progress.errors) + " errors, " + Number(progress.hosts) + " hosts");
    return;
  }
  if (now - blocked_at_ >= kBlockedEvery) {
    blocked_ = engine.blocked();
    blocked_at_ = now;
  }
  // A line of the log has moved the block up.
  if (drawn_ && logged_ == log_.lines()) std::fputs("\033[4A", stderr);
  logged_ = log_.lines();
  drawn_ = true;
  std::fprintf(stderr,
               "\033[K  pages   %12s   %8.0f/s\n\033[K  queue   %12s   %s hosts\n\033[K  flight  %12s   %s "
               "being stored\n"
               "\033[K  errors  %12s   %s   %s\n",
               Number(progress.pages).c_str(), rate_, Number(progress.queued).c_str(),
               Number(progress.hosts).c_str(), Number(progress.in_flight).c_str(),
               Number(progress.parsing).c_str(), Number(progress.errors).c_str(),
               Elapsed(now - progress.started).c_str(), Waiting(blocked_, now).c_str());
}

void ProgressView::End(const Progress& progress, const Engine& engine, Instant now) {
  if (terminal_) Show(progress, engine, now);
  if (const std::string waiting = Waiting(engine.blocked(), now); !waiting.empty()) {
    log_.Say(LogLevel::kNotice, "waiting", waiting + "; the same command goes on then");
  }
}

}  // namespace trawl::crawler
