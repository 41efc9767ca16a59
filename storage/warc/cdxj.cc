#include "storage/warc/cdxj.h"

#include <algorithm>
#include <vector>

namespace trawl::storage {
namespace {

constexpr std::string_view kAnswers = R"sql(
SELECT u.url, strftime('%Y%m%d%H%M%S', b.at / 1000, 'unixepoch'),
  CASE b.kind WHEN 0 THEN coalesce((SELECT text FROM page p JOIN word ON word.n = p.content_type
                                    WHERE p.url = b.url AND p.visit = b.visit), 'unk') ELSE 'warc/revisit' END,
  (SELECT status FROM visit WHERE n = b.visit), coalesce(b.digest, ''), b.length, b.offset, f.name
FROM body b JOIN url u ON u.n = b.url JOIN warc_file f ON f.n = b.file)sql";

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::vector<std::string_view> Cut(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == text.npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

bool IsAddress(std::string_view host) {
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == host.npos;
}

std::string JsonText(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return quoted + "\"";
}

std::string TextOf(const Value& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  const auto* text = std::get_if<std::string>(&cell);
  return text ? *text : "-";
}

}  // namespace

std::string SurtKey(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return std::string(url);
  url.remove_prefix(scheme + 3);
  const std::size_t slash = std::min(url.find_first_of("/?"), url.size());
  std::string_view host = url.substr(0, slash);
  std::string_view rest = url.substr(slash);
  const std::size_t colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  const std::string port(host.substr(std::min(colon, host.size())));
  host = host.substr(0, colon);
  if (host.starts_with("www.")) host.remove_prefix(4);
  std::string key;
  if (IsAddress(host)) {
    key = host;
  } else {
    std::vector<std::string_view> labels = Cut(host, '.');
    std::reverse(labels.begin(), labels.end());
    for (const std::string_view label : labels) key.append(key.empty() ? "" : ",").append(label);
  }
  key += port + ")";
  const std::size_t query = rest.find('?');
  key += rest.substr(0, query);
  if (query != rest.npos) {
    std::vector<std::string_view> parameters = Cut(rest.substr(query + 1), '&');
    std::sort(parameters.begin(), parameters.end());
    char before = '?';
    for (const std::string_view parameter : parameters) {
      (key += before) += parameter;
      before = '&';
    }
  }
  std::transform(key.begin(), key.end(), key.begin(), Lower);
  return key;
}

QueryError ListCdxj(const std::string& database, const std::function<bool(const std::string& line)>& line) {
  std::vector<std::string> lines;
  const QueryError error = Query(
      database, kAnswers, [](const std::vector<std::string>&) {},
      [&lines](const std::vector<Value>& row) {
        const std::string url = TextOf(row[0]);
        static constexpr std::string_view kNames[] = {"mime",   "status", "digest",
                                                      "length", "offset", "filename"};
        std::string text = SurtKey(url) + " " + TextOf(row[1]) + " {\"url\": " + JsonText(url);
        for (std::size_t i = 0; i < std::size(kNames); ++i)
          text.append(", \"").append(kNames[i]).append("\": ").append(JsonText(TextOf(row[i + 2])));
        lines.push_back(text + "}");
        return true;
      });
  if (error.usage) return {false, database + " was written by an earlier trawl, which kept no bodies", false};
  if (!error.ok) return error;
  std::sort(lines.begin(), lines.end());
  for (const std::string& one : lines) {
    if (!line(one)) break;
  }
  return {};
}

}  // namespace trawl::storage
