#include "crawler/traps.h"

#include <algorithm>

#include "parser/fingerprint.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kMaxPieces = 256;
constexpr std::size_t kShown = 40;  ///< bytes of a piece that a message shows

/// The pieces between separators; false when there are more than kMaxPieces.
bool Split(std::string_view text, char separator, std::vector<std::string_view>& pieces) {
  while (pieces.size() < kMaxPieces) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == text.npos) return true;
    text.remove_prefix(end + 1);
  }
  return false;
}

std::string MostRepeated(std::string_view text, char separator, std::uint32_t most, const char* noun) {
  std::vector<std::string_view> pieces;
  if (!Split(text, separator, pieces)) return "more than " + std::to_string(kMaxPieces) + " times a " + noun;
  std::sort(pieces.begin(), pieces.end());
  for (auto at = pieces.begin(); at != pieces.end();) {
    const auto end = std::find_if(at, pieces.end(), [&](std::string_view piece) { return piece != *at; });
    if (end - at > static_cast<std::ptrdiff_t>(most)) {
      return std::string(noun) + " \"" + std::string(at->substr(0, kShown)) + "\" " +
             std::to_string(end - at) + " times";
    }
    at = end;
  }
  return {};
}

}  // namespace

std::string FindRepetition(std::string_view target, std::uint32_t most) {
  if (most == 0) return {};
  const std::size_t query = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, query);
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  // Only what has more than `most` separators can hold anything so often.
  const auto may = [most](std::string_view text, char separator) {
    return std::count(text.begin(), text.end(), separator) >= static_cast<std::ptrdiff_t>(most);
  };
  std::string found;
  if (may(path, '/')) found = MostRepeated(path, '/', most, "segment");
  if (!found.empty() || query == target.size()) return found;
  const std::string_view parameters = target.substr(query + 1);
  if (may(parameters, '&')) found = MostRepeated(parameters, '&', most, "parameter");
  return found;
}

std::uint64_t QueryPattern(std::string_view host, std::string_view target) {
  const std::size_t query = target.find('?');
  if (query == target.npos) return 0;
  std::vector<std::string_view> names;
  Split(target.substr(query + 1), '&', names);
  for (std::string_view& name : names) name = name.substr(0, name.find('='));
  std::sort(names.begin(), names.end());
  std::string pattern(host);
  pattern.append(target.substr(0, query));
  for (const std::string_view name : names) pattern.append("&").append(name);
  return parser::HashContent(pattern);
}

std::uint32_t ApproximateCounts::Count(std::uint64_t key) const {
  return cells_.empty() ? 0 : std::min(cells_[First(key)], cells_[Second(key)]);
}

void ApproximateCounts::Add(std::uint64_t key) {
  if (cells_.empty()) cells_.resize(2 * kCells);
  const std::uint32_t count = Count(key);
  if (count == UINT32_MAX) return;
  for (const std::size_t cell : {First(key), Second(key)}) cells_[cell] = std::max(cells_[cell], count + 1);
}

}  // namespace trawl::crawler
