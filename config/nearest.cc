#include "config/nearest.h"

#include <algorithm>
#include <vector>

namespace trawl::config {
namespace {

constexpr std::size_t kMaxWord = 64;  // longer words are nobody's slip

std::string_view LastPart(std::string_view key) {
  std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

std::string_view FirstPart(std::string_view key) {
  return key.substr(0, key.find('.'));
}

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // Optimal string alignment, three rows of the matrix at a time.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string NearestKey(std::string_view key, std::span<const std::string> candidates) {
  if (key.size() > kMaxWord) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, LastPart(key).size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // The right name at another place is as near as a wrong letter, in another section as two.
    std::size_t elsewhere =
        EditDistance(LastPart(key), LastPart(candidate)) + (FirstPart(key) == FirstPart(candidate) ? 1 : 2);
    std::size_t distance = std::min(EditDistance(key, candidate), elsewhere);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace trawl::config
