#include "crawler/exchange_record.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;

namespace {

FetchResult Answer(Fields headers, std::string body, std::uint16_t status = 200) {
  FetchResult fetched;
  fetched.status = status;
  fetched.protocol = "http/1.1";
  fetched.headers = std::move(headers);
  fetched.body = std::move(body);
  fetched.request_head = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
  return fetched;
}

/// The answer's head as it is kept.
std::string HeadOf(const FetchResult& fetched) {
  storage::WriteBatch batch;
  KeepExchange(batch, "http://a.test/", fetched);
  REQUIRE(batch.exchange);
  CHECK(batch.exchange->body == fetched.body);
  return std::string(batch.exchange->response);
}

}  // namespace

TEST_CASE("An answer that came as it is kept keeps its fields") {
  CHECK(HeadOf(Answer({{"Server", "x"}, {"Content-Length", "4"}}, "body")) ==
        "HTTP/1.1 200 \r\nServer: x\r\nContent-Length: 4\r\n\r\n");
}

TEST_CASE("Fields that tell of codings are set aside, and the length is that of the decoded body") {
  CHECK(HeadOf(Answer({{"content-encoding", "gzip"}, {"Content-Length", "900"}}, "body")) ==
        "HTTP/1.1 200 \r\nX-Archive-Orig-content-encoding: gzip\r\nX-Archive-Orig-Content-Length: 900\r\n"
        "Content-Length: 4\r\n\r\n");
  CHECK(HeadOf(Answer({{"Transfer-Encoding", "chunked"}}, "")) ==
        "HTTP/1.1 200 \r\nX-Archive-Orig-Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("A 304 has no length: the one that it names is of another answer") {
  CHECK(HeadOf(Answer({{"ETag", "\"a\""}, {"Content-Length", "900"}}, "", 304)) ==
        "HTTP/1.1 304 \r\nETag: \"a\"\r\nX-Archive-Orig-Content-Length: 900\r\n\r\n");
}

TEST_CASE("Credentials are not kept, everything else of the request is") {
  FetchResult fetched = Answer({}, "");
  fetched.request_head =
      "GET / HTTP/1.1\r\nHost: a.test\r\nAUTHORIZATION: Basic c2VjcmV0\r\nCookie: a=b\r\n\r\n";
  storage::WriteBatch batch;
  KeepExchange(batch, "http://a.test/", fetched);
  CHECK(batch.exchange->request ==
        "GET / HTTP/1.1\r\nHost: a.test\r\nAUTHORIZATION: -\r\nCookie: a=b\r\n\r\n");
}

TEST_CASE("A fetch without an answer leaves nothing to keep") {
  storage::WriteBatch batch;
  FetchResult failed;
  failed.outcome = Outcome::kDnsFailed;
  KeepExchange(batch, "http://a.test/", failed);
  CHECK_FALSE(batch.exchange);
}

TEST_CASE("A body that was cut is flagged, and its bytes count in the batch") {
  FetchResult fetched = Answer({}, std::string(1000, 'x'));
  fetched.truncated = true;
  storage::WriteBatch batch;
  KeepExchange(batch, "http://a.test/", fetched);
  CHECK(batch.exchange->truncated);
  CHECK(batch.text.bytes() > 1000);
}
