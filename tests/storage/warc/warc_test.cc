#include <sys/stat.h>

#include "storage/sqlite/body_rows.h"
#include "storage/warc/cdxj.h"
#include "storage/warc/digest.h"
#include "storage/warc/gzip.h"
#include "storage/warc/read_body.h"
#include "storage/warc/record.h"
#include "storage/warc/warc_file.h"
#include "storage/warc/warc_records.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// A crawl that keeps bodies.
struct Archive : Database {
  Archive() {
    options.bodies = config::BodyStorage::kWarc;
    REQUIRE(Open() == "");
  }
  void Put(std::uint64_t number, const std::string& payload, std::uint16_t status = 200,
           std::int64_t ms = 1000) {
    Batch batch;
    const Outcome outcome = status == 304 ? Outcome::kNotModified : Outcome::kOk;
    batch.Queued(number, number).Visited(number, number, outcome, status, "a.test", ms);
    if (status == 200) batch.WithPage("title", "text");
    storage::Exchange exchange;
    exchange.url = batch.UrlOf(number, "a.test");
    exchange.request = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    exchange.response = batch.Text("HTTP/1.1 " + std::to_string(status) +
                                   " \r\nX-Number: " + std::to_string(number) + "\r\n\r\n");
    exchange.body = batch.Text(payload);
    batch.batch.exchange = exchange;
    REQUIRE(WriteNow(*store, batch));
  }
  std::string Read(std::uint64_t number) const {
    storage::StoredBody body;
    const storage::QueryError error = storage::ReadBody(options.path, Id(number), body);
    return error.ok ? body.payload : "error: " + error.message;
  }
  fs::path File(int number) const {
    return options.path + ".warc/trawl-0000" + std::to_string(number) + ".warc.gz";
  }
};

}  // namespace

TEST_CASE("Digests are SHA-256 in base32, of all pieces together") {
  // FIPS 180-2 appendix B.1; the base32 of its bytes.
  CHECK(storage::WarcDigest({"abc"}) == "sha256:XJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFUCD7WD4QACWWQ");
  CHECK(storage::WarcDigest({"a", "", "bc"}) == storage::WarcDigest({"abc"}));
}

TEST_CASE("A gzip member reads back: a cut, damaged or larger one does not") {
  storage::GzipWriter writer;
  const std::string text(200'000, 'x');
  std::string members = "before";
  writer.Append({"head", text}, members);
  const std::string first = members.substr(6);
  writer.Append({"second"}, members);
  std::string out;
  CHECK(storage::Gunzip(first, 1 << 20, out));
  CHECK(out == "head" + text);
  CHECK(storage::Gunzip(members.substr(6), 1 << 20, out));  // the first of several
  CHECK(out == "head" + text);
  CHECK(storage::Gunzip(first, text.size() + 4, out));
  CHECK_FALSE(storage::Gunzip(first, text.size() + 3, out));
  for (std::size_t cut = 0; cut < first.size(); ++cut)
    CHECK_FALSE(storage::Gunzip(first.substr(0, cut), 1 << 20, out));
  std::string damaged = first;
  damaged[first.size() / 2] ^= 0x10;
  CHECK_FALSE(storage::Gunzip(damaged, 1 << 20, out));
}

TEST_CASE("Dates of records, also before 1970") {
  CHECK(storage::WarcDate(At(7)) == "2023-11-14T22:13:20.007Z");
  CHECK(storage::WarcDate(Instant(Duration(-1))) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("A body is kept whole and read back, its place in SQL") {
  Archive archive;
  archive.Put(1, "one");
  archive.Put(2, std::string("two\0\r\n\r\n", 8));
  CHECK(archive.Read(1) == "one");
  CHECK(archive.Read(2) == std::string("two\0\r\n\r\n", 8));
  CHECK(
      archive.Row("SELECT url, at, file, bytes, digest, record, original FROM bodies WHERE url LIKE '%/1'") ==
      "https://a.test/1|2023-11-14T22:13:21.000Z|trawl-00001.warc.gz|3|" + storage::WarcDigest({"one"}) +
          "|response|NULL");
  CHECK_THAT(archive.Read(9), Contains("has no body of this URL"));
  CHECK(archive.Violations().empty());
}

TEST_CASE("What was read off a page stands beside its answer, as far as it is a word") {
  Archive archive;
  archive.Put(1, "one");
  storage::WarcRecords records;
  storage::Exchange exchange;
  exchange.url = "https://a.test/";
  storage::Visit visit;
  visit.total_ms = 17;
  storage::Page page;
  page.charset = "utf-8";
  page.language = "en\r\nWARC-Type: response";
  page.links = 3;
  std::string member, record;
  records.AppendMetadata(member, exchange, visit, page, "urn:uuid:1");
  REQUIRE(storage::Gunzip(member, 1 << 20, record));
  CHECK_THAT(record, Contains("WARC-Type: metadata\r\n") &&
                         Contains("WARC-Concurrent-To: <urn:uuid:1>\r\n") &&
                         Contains("\r\n\r\nfetchTimeMs: 17\r\ncharset: utf-8\r\noutlinks: 3\r\n\r\n\r\n"));
  page.charset = std::string_view();
  page.language = "de-CH";
  visit.total_ms.reset();
  member.clear();
  records.AppendMetadata(member, exchange, visit, page, "urn:uuid:1");
  REQUIRE(storage::Gunzip(member, 1 << 20, record));
  CHECK_THAT(record, Contains("\r\n\r\nlanguage: de-CH\r\noutlinks: 3\r\n\r\n\r\n"));
}

TEST_CASE("What was committed is in the file at that moment") {
  Archive archive;
  archive.Put(1, "one");
  CHECK(archive.Row("SELECT bytes FROM warc_file") == std::to_string(fs::file_size(archive.File(1))));
}

TEST_CASE("The same payload again is named, not kept: a 304 has none") {
  Archive archive;
  const std::string payload(50'000, 'x');
  archive.Put(1, payload);
  archive.Put(2, payload);
  archive.Put(1, "", 304, 5000);
  archive.Put(3, "");
  archive.Put(4, "");  // nothing to name
  CHECK(archive.Read(2) == payload);
  CHECK(archive.Read(1) == payload);
  storage::StoredBody body;
  REQUIRE(storage::ReadBody(archive.options.path, Id(2), body).ok);
  CHECK_THAT(body.http_head, Contains("X-Number: 2"));
  CHECK_THAT(body.warc_head, Contains("WARC-Type: revisit") &&
                                 Contains("WARC-Refers-To-Target-URI: https://a.test/1\r\n") &&
                                 Contains("WARC-Refers-To-Date: 2023-11-14T22:13:21.000Z\r\n"));
  CHECK(archive.Rows("SELECT kind FROM body ORDER BY visit") ==
        std::vector<std::string>{"0", "1", "2", "0", "0"});
  CHECK(archive.Row("SELECT original FROM bodies WHERE url LIKE '%/2'") == "https://a.test/1");
}

TEST_CASE("What a crash left behind the last commit is cut off, and the file goes on") {
  Archive archive;
  archive.Put(1, "one");
  archive.Abandon();
  const std::string whole = BytesOf(archive.File(1));
  PutBytes(archive.File(1), whole + "\x1f\x8b torn");
  PutBytes(archive.File(2), "begun and never committed");
  REQUIRE(archive.Open() == "");
  CHECK(BytesOf(archive.File(1)) == whole);
  CHECK_FALSE(fs::exists(archive.File(2)));
  archive.Put(2, "two");
  CHECK(BytesOf(archive.File(1)).substr(0, whole.size()) == whole);
  CHECK(archive.Read(2) == "two");
  CHECK(archive.Row("SELECT count(*) FROM warc_file") == "1");
}

TEST_CASE("A file that is shorter than it was, or gone, is left and the next begins") {
  for (const bool gone : {false, true}) {
    Archive archive;
    archive.Put(1, "one");
    REQUIRE(archive.Close());
    if (gone) {
      fs::remove(archive.File(1));
    } else {
      fs::resize_file(archive.File(1), 10);
    }
    REQUIRE(archive.Open() == "");
    archive.Put(2, "two");
    CHECK(archive.Read(2) == "two");
    CHECK(archive.Row("SELECT file FROM bodies WHERE url LIKE '%/2'") == "trawl-00002.warc.gz");
    CHECK_THAT(archive.Read(1), Contains(gone ? "No such file" : "has no whole record at"));
  }
}

TEST_CASE("A file ends at storage.warc_size and the next begins with a description of itself") {
  Archive archive;
  REQUIRE(archive.Close());
  archive.options.warc_size = Bytes{3000};
  REQUIRE(archive.Open() == "");
  for (std::uint64_t n = 1; n <= 8; ++n) archive.Put(n, "payload " + std::to_string(n));
  const std::vector<std::string> files = archive.Rows("SELECT name FROM warc_file ORDER BY n");
  REQUIRE(files.size() > 1);
  std::vector<storage::WarcListed> listed;
  REQUIRE(storage::ListWarcFiles(archive.options.path, listed).ok);
  REQUIRE(listed.size() == files.size());
  for (std::size_t i = 0; i < listed.size(); ++i) {
    CHECK(listed[i].bytes == fs::file_size(listed[i].path));
    if (i + 1 < listed.size()) CHECK(listed[i].bytes >= 3000);
    std::string record;
    REQUIRE(storage::Gunzip(BytesOf(listed[i].path), 1 << 20, record));
    CHECK_THAT(record, Contains("WARC-Type: warcinfo") && Contains("WARC-Filename: " + files[i]) &&
                           Contains("software: trawl/0.1.0"));
  }
  for (std::uint64_t n = 1; n <= 8; ++n) CHECK(archive.Read(n) == "payload " + std::to_string(n));
}

TEST_CASE("When the file cannot be written nothing is acknowledged, and the database names nothing of it") {
  Archive archive;
  REQUIRE(archive.Close());
  PutBytes(archive.options.path + ".warc", "a file where the folder should be");
  REQUIRE(archive.Open() == "");
  Batch batch;
  batch.Queued(1, 1).Visited(1, 1).WithPage("title", "text");
  storage::Exchange exchange;
  exchange.url = "https://a.test/1";
  exchange.request = "GET / HTTP/1.1\r\n\r\n";
  exchange.response = "HTTP/1.1 200 \r\n\r\n";
  batch.batch.exchange = exchange;
  CHECK_FALSE(WriteNow(*archive.store, batch));
  CHECK_FALSE(WriteNow(*archive.store, Batch().Queued(2, 2)));
  archive.Abandon();
  CHECK(archive.Row("SELECT count(*) FROM url") == "0");
}

TEST_CASE("Without storage.bodies an exchange is not kept") {
  Database database;
  REQUIRE(database.Open() == "");
  Batch batch;
  batch.Queued(1, 1).Visited(1, 1);
  batch.batch.exchange = storage::Exchange{};
  REQUIRE(WriteNow(*database.store, batch));
  CHECK(database.Row("SELECT count(*) FROM bodies") == "0");
  CHECK_FALSE(fs::exists(database.options.path + ".warc"));
}

TEST_CASE("Keys of the index: hosts from the top, addresses as they are, the query sorted") {
  CHECK(storage::SurtKey("http://www.example.org:8080/A?b=2&a=1") == "org,example:8080)/a?a=1&b=2");
  CHECK(storage::SurtKey("https://a.example.org/") == "org,example,a)/");
  CHECK(storage::SurtKey("http://127.0.0.1:81/x") == "127.0.0.1:81)/x");
  CHECK(storage::SurtKey("http://[::1]:81/x?") == "[::1]:81)/x?");
  CHECK(storage::SurtKey("nothing of the kind") == "nothing of the kind");
}

TEST_CASE("The index names every answer, sorted") {
  Archive archive;
  archive.Put(2, "two");
  archive.Put(1, "two");
  std::vector<std::string> lines;
  REQUIRE(storage::ListCdxj(archive.options.path, [&lines](const std::string& line) {
            lines.push_back(line);
            return true;
          }).ok);
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0],
             Catch::Matchers::StartsWith(
                 "test,a)/1 20231114221321 {\"url\": \"https://a.test/1\", \"mime\": \"warc/revisit\", "
                 "\"status\": \"200\", \"digest\": \"sha256:"));
  CHECK_THAT(lines[1],
             Contains("\"mime\": \"text/html\"") && Contains("\"filename\": \"trawl-00001.warc.gz\"}"));
}

TEST_CASE("Old visits may go: their bodies stay") {
  Archive archive;
  REQUIRE(archive.Close());
  archive.options.keep_visits = Duration(1000);
  REQUIRE(archive.Open() == "");
  archive.Put(1, "first", 200, 1000);
  archive.Put(1, "second", 200, 9000);
  REQUIRE(archive.Close());
  CHECK(archive.Row("SELECT count(*) FROM bodies") == "2");
}
