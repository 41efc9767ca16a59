#include "crawler/fetch/fetcher.h"

#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/support/catch.h"
#include "tests/support/gate.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {
namespace {

using crawler::FetchRequest;
using crawler::FetchResult;

TEST_CASE("FetchesAPageAndReusesItsConnection") {
  ScriptedServer server([](Peer& peer) {
    while (!peer.ReadHead().empty()) peer.Send(Answer("<p>hello", "Content-Type: text/html\r\n"));
  });
  FetchLoop loop;
  const FetchResult first = loop.Get(server.Url("/a?b=c"));
  CHECK(first.outcome == Outcome::kOk);
  CHECK(first.status == 200);
  CHECK(first.body == "<p>hello");
  CHECK(first.Header("content-TYPE") == "text/html");
  CHECK(first.ip == "127.0.0.1");
  CHECK(first.protocol == "http/1.1");
  CHECK_FALSE(first.reused);
  CHECK(first.timings.connect_ms.has_value());
  CHECK(first.timings.total_ms.has_value());
  const FetchResult second = loop.Get(server.Url("/second"));
  CHECK(second.outcome == Outcome::kOk);
  CHECK(second.reused);
  CHECK_FALSE(second.timings.connect_ms.has_value());
  CHECK(server.connections() == 1);
  CHECK(loop.fetcher().counts().idle == 1);
  CHECK(loop.fetcher().counts().reuses == 1);
}

}  // namespace
}  // namespace trawl::test
