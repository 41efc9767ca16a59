#include "crawler/traps.h"

#include <algorithm>

#include "parser/ascii.h"
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

/// Takes a number of `least` to `most` digits and at most `largest` from the front of the text.
bool TakeNumber(std::string_view& text, std::size_t least, std::size_t most, int largest) {
  std::size_t digits = 0;
  int number = 0;
  while (digits < text.size() && digits < most && parser::IsAsciiDigit(text[digits]))
    number = 10 * number + (text[digits++] - '0');
  if (digits < least || number == 0 || number > largest) return false;
  text.remove_prefix(digits);
  return true;
}

/// Bytes of the date that the text begins with: a year of four digits and a month, with or without a day,
/// apart by one kind of separator, or eight digits in a row. 0 when there is none, or more digits follow.
std::size_t DateAt(std::string_view text) {
  std::string_view rest = text;
  if (!TakeNumber(rest, 4, 4, 9999) || rest.empty()) return 0;
  const char separator = rest.front();
  const bool apart = separator == '/' || separator == '-' || separator == '_' || separator == '.';
  if (apart) {
    rest.remove_prefix(1);
    if (!TakeNumber(rest, 1, 2, 12)) return 0;
    std::string_view day = rest;
    if (day.starts_with(separator)) {
      day.remove_prefix(1);
      if (TakeNumber(day, 1, 2, 31) && (day.empty() || !parser::IsAsciiDigit(day.front()))) rest = day;
    }
  } else if (!TakeNumber(rest, 2, 2, 12) || !TakeNumber(rest, 2, 2, 31)) {
    return 0;
  }
  return !rest.empty() && parser::IsAsciiDigit(rest.front()) ? 0 : text.size() - rest.size();
}

/// True when there was one.
bool AppendWithoutDates(std::string_view path, std::string& pattern) {
  bool found = false;
  for (std::size_t at = 0; at < path.size();) {
    const bool begins = parser::IsAsciiDigit(path[at]) && (at == 0 || !parser::IsAsciiDigit(path[at - 1]));
    const std::size_t date = begins ? DateAt(path.substr(at)) : 0;
    found = found || date > 0;
    pattern += date > 0 ? '*' : path[at];
    at += date > 0 ? date : 1;
  }
  return found;
}

}  // namespace

std::string FindDeepPath(std::string_view target, std::uint32_t most) {
  if (most == 0) return {};
  std::string_view path = target.substr(0, target.find('?'));
  if (path.ends_with('/')) path.remove_suffix(1);
  const auto segments = std::count(path.begin(), path.end(), '/');
  return segments > static_cast<std::ptrdiff_t>(most) ? std::to_string(segments) + " path segments" : "";
}

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

std::uint64_t VariantPattern(std::string_view host, std::string_view target) {
  const std::size_t query = target.find('?');
  std::string pattern(host);
  const bool dated = AppendWithoutDates(target.substr(0, query), pattern);
  if (query == target.npos) return dated ? parser::HashContent(pattern) : 0;
  std::vector<std::string_view> names;
  Split(target.substr(query + 1), '&', names);
  for (std::string_view& name : names) name = name.substr(0, name.find('='));
  std::sort(names.begin(), names.end());
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
