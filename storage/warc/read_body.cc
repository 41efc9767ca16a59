#include "storage/warc/read_body.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "config/unique_fd.h"
#include "storage/sqlite/shorthand.h"
#include "storage/warc/gzip.h"

namespace trawl::storage {
namespace {

// The largest body that http.max_body allows, its head, and what WARC adds.
constexpr std::size_t kMaxRecord = std::size_t{72} << 20;

constexpr std::string_view kFind = R"sql(
SELECT f.name, b.offset, b.length, g.name, o.offset, o.length
FROM (SELECT @url(?1) AS n) u JOIN body b ON b.url = u.n JOIN warc_file f ON f.n = b.file
  LEFT JOIN body o ON o.visit = b.original LEFT JOIN warc_file g ON g.n = o.file
WHERE b.kind <> 2 ORDER BY b.visit DESC LIMIT 1)sql";

QueryError Unreadable(std::string message) {
  return {false, std::move(message), false};
}

QueryError ReadRecord(const std::string& path, std::int64_t offset, std::int64_t length,
                      std::string& record) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Unreadable(path + " cannot be opened: " + std::strerror(errno));
  if (length <= 0 || static_cast<std::uint64_t>(length) > kMaxRecord)
    return Unreadable(path + ": the database names a record of " + std::to_string(length) + " bytes");
  std::string member(static_cast<std::size_t>(length), '\0');
  std::size_t have = 0;
  while (have < member.size()) {
    const ssize_t size = ::pread(file.Get(), member.data() + have, member.size() - have,
                                 static_cast<off_t>(offset) + static_cast<off_t>(have));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    have += static_cast<std::size_t>(size);
  }
  if (have == member.size() && Gunzip(member, kMaxRecord, record) && record.starts_with("WARC/1.")) return {};
  return Unreadable(path + " has no whole record at " + std::to_string(offset));
}

/// Cuts a record into its head, the head of its answer and the payload.
bool Split(std::string_view record, StoredBody& body) {
  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  const std::size_t head = record.find(kEmptyLine);
  if (head == record.npos || !record.ends_with(kEmptyLine)) return false;
  body.warc_head = record.substr(0, head + 4);
  record.remove_prefix(head + 4);
  record.remove_suffix(kEmptyLine.size());
  const std::size_t http = record.find(kEmptyLine);
  if (http == record.npos) return false;
  body.http_head = record.substr(0, http + 4);
  body.payload = record.substr(http + 4);
  return true;
}

}  // namespace

QueryError ReadBody(const std::string& database, UrlId url, StoredBody& body) {
  std::vector<Value> place;
  QueryError error = Query(
      database, sqlite::Expanded(kFind), [](const std::vector<std::string>&) {},
      [&place](const std::vector<Value>& row) {
        place = row;
        return true;
      },
      {}, {static_cast<std::int64_t>(url)});
  if (error.usage) return Unreadable(database + " was written by an earlier trawl, which kept no bodies");
  if (!error.ok) return error;
  if (place.empty()) return Unreadable(database + " has no body of this URL");
  const std::string folder = database + ".warc/";
  const std::string path = folder + std::get<std::string>(place[0]);
  std::string record;
  error = ReadRecord(path, std::get<std::int64_t>(place[1]), std::get<std::int64_t>(place[2]), record);
  if (!error.ok) return error;
  if (!Split(record, body)) return Unreadable(path + " has a record that is no answer");
  if (!std::holds_alternative<std::string>(place[3])) return {};
  const std::string other = folder + std::get<std::string>(place[3]);
  error = ReadRecord(other, std::get<std::int64_t>(place[4]), std::get<std::int64_t>(place[5]), record);
  if (!error.ok) return error;
  StoredBody original;
  if (!Split(record, original)) return Unreadable(other + " has a record that is no answer");
  body.payload = std::move(original.payload);
  return {};
}

QueryError ListWarcFiles(const std::string& database, std::vector<WarcListed>& files) {
  QueryError error = Query(
      database, "SELECT name, bytes FROM warc_file ORDER BY n", [](const std::vector<std::string>&) {},
      [&](const std::vector<Value>& row) {
        files.push_back({database + ".warc/" + std::get<std::string>(row[0]),
                         static_cast<std::uint64_t>(std::get<std::int64_t>(row[1]))});
        return true;
      });
  if (error.usage) return Unreadable(database + " was written by an earlier trawl, which kept no bodies");
  return error;
}

}  // namespace trawl::storage
