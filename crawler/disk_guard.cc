#include "crawler/disk_guard.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace trawl::crawler {
namespace {

std::vector<std::string> PathsOf(const config::StorageOptions& options) {
  if (options.path == ":memory:") return {};
  std::vector<std::string> paths = {options.path};
  if (options.bodies == config::BodyStorage::kWarc) paths.push_back(options.path + ".warc");
  return paths;
}

std::uint64_t NeededOn(std::uint64_t total, const config::StorageOptions& options) {
  return std::max<std::uint64_t>(options.min_free.count, total / 100 * options.min_free_share);
}

}  // namespace

DiskGuard::DiskGuard(boost::asio::any_io_executor loop, const config::StorageOptions& options, Source source)
    : loop_(std::move(loop)), options_(options), source_(std::move(source)), paths_(PathsOf(options)) {}

void DiskGuard::Look() {
  if (asked_ || paths_.empty()) return;
  asked_ = true;
  lane_.Post([this] {
    boost::asio::post(loop_, [this, answers = Ask()] {
      asked_ = false;
      Take(answers);
    });
  });
}

std::vector<DiskGuard::Answer> DiskGuard::Ask() const {
  std::vector<Answer> answers;
  for (const std::string& path : paths_) {
    if (const auto space = source_(path)) answers.push_back({path, *space});
  }
  return answers;
}

void DiskGuard::Take(const std::vector<Answer>& answers) {
  if (answers.empty()) return;
  State next;
  for (const Answer& answer : answers) {
    const std::uint64_t needed = NeededOn(answer.space.total, options_);
    const std::uint64_t enough = state_.low ? needed + needed / 10 : needed;
    next.low = next.low || answer.space.free < enough;
    const bool first = next.path.empty();
    // Which disk is nearest to its limit, or furthest below.
    if (!first && answer.space.free + next.needed >= next.free + needed) continue;
    next.path = answer.path;
    next.free = answer.space.free;
    next.needed = needed;
  }
  state_ = std::move(next);
}

}  // namespace trawl::crawler
