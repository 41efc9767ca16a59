#pragma once

#include <cstdint>

namespace trawl::test {

/// Counts the calls of fallible operations and fails the Nth of them, once or from then on. The operation
/// under test asks Fails() at each step; ForEachFailure walks N up until a run meets no failure, so that
/// every error path is taken without naming one. Runs on: one thread.
class FailOnNth {
 public:
  enum class Mode { kOnce, kForever };

  explicit FailOnNth(std::uint64_t nth, Mode mode = Mode::kOnce) : nth_(nth), mode_(mode) {}

  /// True when this call is the one to fail.
  bool Fails() {
    ++calls_;
    bool fails = mode_ == Mode::kOnce ? calls_ == nth_ : calls_ >= nth_;
    failed_ = failed_ || fails;
    return fails;
  }

  std::uint64_t calls() const { return calls_; }
  bool failed() const { return failed_; }

 private:
  std::uint64_t nth_;
  Mode mode_;
  std::uint64_t calls_ = 0;
  bool failed_ = false;
};

/// Calls `run(FailOnNth&)` with N = 1, 2, ... until it ends without having failed. Returns that N, or 0 when
/// `limit` runs all failed: then the operation never gets through, which a test must report.
template <class Run>
std::uint64_t ForEachFailure(FailOnNth::Mode mode, std::uint64_t limit, Run run) {
  for (std::uint64_t nth = 1; nth <= limit; ++nth) {
    FailOnNth failure(nth, mode);
    run(failure);
    if (!failure.failed()) return nth;
  }
  return 0;
}

}  // namespace trawl::test
