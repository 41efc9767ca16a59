#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trawl::crawler {

/// What stands in a request target (path and query of a normalised URL) more than `most` times: a path
/// segment (`segment "a" 4 times`) or a parameter with its value (`parameter "x=1" 4 times`), for people.
/// Empty when nothing does, or `most` is 0. Empty segments and parameters count too: "//".
/// Looks at the first 256 segments and 256 parameters; a URL with more is answered as one that repeats.
std::string FindRepetition(std::string_view target, std::uint32_t most);

/// `40 path segments` when the path of a request target has so many, and that is more than `most`; empty when
/// it has not, or `most` is 0.
std::string FindDeepPath(std::string_view target, std::uint32_t most);

/// What URLs that differ only in the values of their query and the dates in their path have in common: the
/// path with its dates (2031/5, 2031-05-17, 20310517) taken out and the names of the parameters, in any
/// order, as a hash. 0 for a target without a query and without a date.
std::uint64_t VariantPattern(std::string_view host, std::string_view target);

/// How often each of very many things was met, in two megabytes whatever their number: a count may be too
/// high (two rows of 2^18 cells, the lower one counts), never too low. Runs on: event loop. Owns its cells,
/// which are there from the first Add on.
class ApproximateCounts {
 public:
  std::uint32_t Count(std::uint64_t key) const;
  void Add(std::uint64_t key);

 private:
  static constexpr std::size_t kCells = std::size_t{1} << 18;
  static std::size_t First(std::uint64_t key) { return key % kCells; }
  static std::size_t Second(std::uint64_t key) { return kCells + (key >> 32) % kCells; }
  std::vector<std::uint32_t> cells_;
};

}  // namespace trawl::crawler
