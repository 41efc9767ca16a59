#include "parser/fold_target.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "parser/ascii.h"
#include "parser/percent_encode.h"

namespace trawl::parser {
namespace {

bool MatchesName(std::string_view name, std::string_view pattern) {
  if (!pattern.ends_with('*')) return EqualsIgnoringCase(name, pattern);
  pattern.remove_suffix(1);
  return EqualsIgnoringCase(name.substr(0, pattern.size()), pattern);
}

// Names that carry a session and nothing else, as the servers that invent them spell them.
constexpr std::string_view kSessionNames[] = {"jsessionid", "phpsessid", "aspsessionid*", "sessionid",
                                              "session_id", "sessid",    "cfid",          "cftoken",
                                              "zenid",      "oscsid"};
// Names that are a session only when the value looks like one.
constexpr std::string_view kMaybeSessionNames[] = {"sid", "s"};
constexpr std::size_t kSessionHashDigits = 32;

bool IsSession(std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  const std::string_view name = parameter.substr(0, equals);
  const auto matches = [name](std::string_view pattern) { return MatchesName(name, pattern); };
  if (std::any_of(std::begin(kSessionNames), std::end(kSessionNames), matches)) return true;
  if (!std::any_of(std::begin(kMaybeSessionNames), std::end(kMaybeSessionNames), matches)) return false;
  const std::string_view value = equals == parameter.npos ? std::string_view() : parameter.substr(equals + 1);
  return value.size() == kSessionHashDigits &&
         std::all_of(value.begin(), value.end(), [](char c) { return HexValue(c) >= 0; });
}

bool IsDropped(std::string_view parameter, const NormalizeOptions& options) {
  if (options.drop_session_ids && IsSession(parameter)) return true;
  const std::string_view name = parameter.substr(0, parameter.find('='));
  return std::any_of(options.drop_parameters.begin(), options.drop_parameters.end(),
                     [name](const std::string& pattern) { return MatchesName(name, pattern); });
}

// ASP.NET without cookies: "/(S(lit3py55t21z5v55vlm25s55))/", also with A(...) and F(...) beside S(...).
bool IsAspNetSession(std::string_view segment) {
  if (segment.size() < 6 || segment.front() != '(' || segment.back() != ')') return false;
  segment = segment.substr(1, segment.size() - 2);
  while (!segment.empty()) {
    const std::size_t close = segment.find(')');
    if (close == segment.npos || close < 3 || !IsAsciiAlpha(segment[0]) || segment[1] != '(') return false;
    segment.remove_prefix(close + 1);
  }
  return true;
}

// Keeps, in place, the pieces between separators of url[begin, end) that `keep` says yes to; gives their new
// end.
template <class Keep>
std::size_t KeepPieces(std::string& url, std::size_t begin, std::size_t end, char separator, Keep keep) {
  std::size_t written = begin;
  for (std::size_t at = begin; at <= end;) {
    const std::size_t stop = std::min(end, url.find(separator, at));
    if (keep(std::string_view(url).substr(at, stop - at))) {
      if (written > begin) url[written++] = separator;
      std::copy(url.begin() + static_cast<std::ptrdiff_t>(at),
                url.begin() + static_cast<std::ptrdiff_t>(stop),
                url.begin() + static_cast<std::ptrdiff_t>(written));
      written += stop - at;
    }
    at = stop + 1;
  }
  return written;
}

void DropPathSessions(std::size_t path_start, std::string& url) {
  std::string kept;
  const std::size_t query = std::min(url.size(), url.find('?', path_start));
  for (std::size_t slash = path_start; slash < query;) {
    const std::size_t stop = std::min(query, url.find('/', slash + 1));
    std::string_view segment = std::string_view(url).substr(slash + 1, stop - slash - 1);
    const bool last = stop == query;
    slash = stop;
    const std::size_t start = kept.size();
    kept.push_back('/');
    for (std::size_t at = 0; at <= segment.size();) {
      const std::size_t end = std::min(segment.size(), segment.find(';', at));
      if (at == 0 || !IsSession(segment.substr(at, end - at))) {
        if (at) kept.push_back(';');
        kept.append(segment, at, end - at);
      }
      at = end + 1;
    }
    const std::string_view name = std::string_view(kept).substr(start + 1);
    if (IsAspNetSession(name)) {
      kept.resize(last ? start + 1 : start);
    } else if (name == "." || name == "..") {
      kept.append(segment.substr(name.size()));  // "..;jsessionid=1" must not become a dot segment
    }
  }
  url.replace(path_start, query - path_start, kept);
}

bool IsIndexPage(std::string_view segment) {
  constexpr std::string_view kNames[] = {"index.html",  "index.htm",   "index.php",    "index.jsp",
                                         "index.asp",   "index.aspx",  "default.html", "default.htm",
                                         "default.asp", "default.aspx"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [segment](std::string_view name) { return EqualsIgnoringCase(segment, name); });
}

// Each may uncover work for the other: "/a/index.html/" -> "/a/index.html" -> "/a/" -> "/a".
void FoldPathEnd(const NormalizeOptions& options, std::size_t path_start, std::string& url) {
  const std::size_t query = std::min(url.size(), url.find('?', path_start));
  std::size_t end = query;
  while (true) {
    if (options.fold_trailing_slash && end > path_start + 1 && url[end - 1] == '/') {
      --end;
      continue;
    }
    const std::size_t slash = url.rfind('/', end - 1);
    if (!options.fold_index_page || !IsIndexPage(std::string_view(url).substr(slash + 1, end - slash - 1)))
      break;
    end = slash + 1;
  }
  url.erase(end, query - end);
}

void FoldQuery(const NormalizeOptions& options, std::size_t query, std::string& url) {
  const auto keep = [&options](std::string_view parameter) {
    return !parameter.empty() && !IsDropped(parameter, options);
  };
  url.resize(KeepPieces(url, query + 1, url.size(), '&', keep));
  if (url.size() == query + 1) {
    url.pop_back();
    return;
  }
  if (!options.sort_query) return;
  const std::string text = url.substr(query + 1);
  std::vector<std::string_view> parameters;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t stop = std::min(text.size(), text.find('&', at));
    parameters.push_back(std::string_view(text).substr(at, stop - at));
    at = stop + 1;
  }
  // Parameters of one name keep their order: it can mean something.
  std::stable_sort(parameters.begin(), parameters.end(), [](std::string_view a, std::string_view b) {
    return a.substr(0, a.find('=')) < b.substr(0, b.find('='));
  });
  url.resize(query + 1);
  for (const std::string_view parameter : parameters) {
    if (url.size() > query + 1) url.push_back('&');
    url.append(parameter);
  }
}

bool FoldsQuery(const NormalizeOptions& options) {
  return options.sort_query || options.drop_session_ids || !options.drop_parameters.empty();
}

}  // namespace

bool FoldsAnything(const NormalizeOptions& options) {
  return FoldsQuery(options) || options.fold_trailing_slash || options.fold_index_page;
}

void FoldTarget(const NormalizeOptions& options, std::size_t path_start, std::string& url) {
  if (options.drop_session_ids && url.find_first_of(";(", path_start) != url.npos)
    DropPathSessions(path_start, url);
  if (options.fold_trailing_slash || options.fold_index_page) FoldPathEnd(options, path_start, url);
  if (!FoldsQuery(options)) return;
  const std::size_t query = url.find('?', path_start);
  if (query != url.npos) FoldQuery(options, query, url);
}

}  // namespace trawl::parser
