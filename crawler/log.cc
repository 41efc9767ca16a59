#include "crawler/log.h"

#include <poll.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "crawler/cli/json.h"
#include "crawler/cli/terminal.h"
#include "crawler/time_text.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

std::string_view Word(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kNotice:
      return "notice";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
  }
  return "";
}

/// At most `most` bytes of it, well-formed, and without what could end the line or steer a terminal.
std::string Escaped(std::string_view text, std::size_t most) {
  const std::string scrubbed = parser::ScrubUtf8(text);
  const std::string_view shown = parser::CutUtf8(scrubbed, most);
  std::string escaped;
  for (const char c : shown) {
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\r') {
      escaped += "\\r";
    } else if (c == '\t') {
      escaped += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(c));
      escaped += code;
    } else {
      escaped += c;
    }
  }
  if (shown.size() < scrubbed.size()) escaped += "...";
  return Printable(escaped);  // the controls past ASCII
}

/// As it stands, or in quotes where a blank or a quote in it would make it several.
std::string FieldText(std::string_view value, std::size_t most) {
  const std::string escaped = Escaped(value, most);
  if (!escaped.empty() && escaped.find_first_of(" \"=") == std::string::npos) return escaped;
  std::string quoted = "\"";
  for (const char c : escaped) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

bool LeadsToJournal(int fd, const char* journal_stream) {
  struct stat status {};
  if (journal_stream == nullptr || ::fstat(fd, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == journal_stream;
}

Log::Log(const LogOptions& options, const Clock& clock, int fd)
    : options_(options),
      clock_(clock),
      fd_(fd),
      journal_(LeadsToJournal(fd, std::getenv("JOURNAL_STREAM"))),
      terminal_(::isatty(fd) == 1) {}

Log::~Log() {
  const Instant now = clock_.Now();
  for (auto& [event, repeated] : repeated_) TellHeld(event, repeated, now);
}

void Log::Say(LogLevel level, std::string_view event, std::string_view sentence, Fields fields) {
  if (!Wants(level)) return;
  if (level != LogLevel::kDebug) {
    const Instant now = clock_.Now();
    auto found = repeated_.find(event);
    if (found == repeated_.end()) found = repeated_.emplace(event, Repeated{now}).first;
    Repeated& repeated = found->second;
    if (now - repeated.since >= kWindow) TellHeld(event, repeated, now);
    repeated.level = level;
    if (repeated.said >= kMostInWindow) {
      ++repeated.held;
      return;
    }
    ++repeated.said;
  }
  WriteLine(level, event, sentence, fields);
}

void Log::Answer(LogLevel level, std::string_view event, std::string_view sentence, Fields fields) {
  if (Wants(level)) WriteLine(level, event, sentence, fields);
}

void Log::Tick() {
  const Instant now = clock_.Now();
  for (auto& [event, repeated] : repeated_) {
    if (now - repeated.since >= kWindow) TellHeld(event, repeated, now);
  }
}

/// Begins a new window.
void Log::TellHeld(std::string_view event, Repeated& repeated, Instant now) {
  if (repeated.held > 0) {
    const std::string sentence = std::string(event) + ": said " + std::to_string(repeated.held) +
                                 " times more since " + TimeText(repeated.since);
    WriteLine(repeated.level, event, sentence, {});
  }
  repeated = {now, repeated.level};
}

void Log::WriteLine(LogLevel level, std::string_view event, std::string_view sentence, Fields fields) {
  if (lost_ > 0) {
    const std::string lost = std::to_string(lost_) + " lines were lost: nobody read them in time";
    if (!Put(LineOf(LogLevel::kWarning, "log_lost", lost, {}, kMaxLine))) {
      ++lost_;
      return;
    }
    lost_ = 0;
  }
  std::string line;
  // An escape may take several bytes.
  for (std::size_t most = kMaxLine / 2; line.empty() || line.size() > kMaxLine; most /= 2)
    line = LineOf(level, event, sentence, fields, most);
  if (!Put(line)) ++lost_;
}

std::string Log::LineOf(LogLevel level, std::string_view event, std::string_view sentence, Fields fields,
                        std::size_t most) const {
  std::string line = journal_ ? "<" + std::to_string(static_cast<int>(level)) + ">" : "";
  if (options_.format == LogFormat::kJson) {
    const auto text = [most](std::string_view value) {
      return json::value(std::string(parser::CutUtf8(parser::ScrubUtf8(value), most)));
    };
    json::object object{{"at", TimeText(clock_.Now())},
                        {"level", std::string(Word(level))},
                        {"event", text(event)},
                        {"message", text(sentence)}};
    for (const auto& [name, value] : fields) object[{name.data(), name.size()}] = text(value);
    return line + ToJson(object) + "\n";
  }
  if (!journal_ && !terminal_) line += TimeText(clock_.Now()) + " " + std::string(Word(level)) + ": ";
  line += Escaped(sentence, most);
  for (const auto& [name, value] : fields) line += " " + std::string(name) + "=" + FieldText(value, most);
  return line + "\n";
}

bool Log::Put(const std::string& line) {
  pollfd room{fd_, POLLOUT, 0};
  if (::poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0 || (room.revents & (POLLERR | POLLHUP)) != 0)
    return false;
  for (std::size_t written = 0; written < line.size();) {
    const ssize_t count = ::write(fd_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    written += static_cast<std::size_t>(count);
  }
  ++lines_;
  return true;
}

}  // namespace trawl::crawler
