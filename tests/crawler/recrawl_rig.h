#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "crawler/engine.h"
#include "tests/crawler/engine_rig.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

namespace trawl::test {

using namespace std::chrono_literals;
using crawler::EndReason;
using Rows = std::vector<std::string>;

inline constexpr auto kDay = 24h;

/// "/" links to "/page"; what "/page" is, and what was asked, is the test's.
class Site {
 public:
  Site() {
    SyntheticWebOptions options;
    options.handler = [this](const WebRequest& request) { return Answer(request); };
    web_ = std::make_unique<SyntheticWeb>(std::move(options));
    web_->Start();
  }

  std::string Url(std::string_view path) const { return web_->Url(path); }
  /// The page from now on; status 200 with an ETag, which answers a conditional request with 304.
  void Serve(int status, std::string body = {}, std::string etag = {}) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    body_ = std::move(body);
    etag_ = std::move(etag);
  }
  /// A sitemap that lists "/page", with what stands there of it, from now on; with an ETag, which answers a
  /// conditional request with 304.
  void List(const std::string& said, std::string etag = {}) {
    const std::lock_guard lock(mutex_);
    map_etag_ = std::move(etag);
    map_ = "<urlset><url><loc>/page</loc>" + said + "</url></urlset>";
  }
  /// The sitemap is none any more, which the server does not know.
  void Break(std::string etag) {
    const std::lock_guard lock(mutex_);
    map_ = "<html><p>Service unavailable";
    map_etag_ = std::move(etag);
  }
  /// "/" links to nothing.
  void Unlink() {
    const std::lock_guard lock(mutex_);
    bare_ = true;
  }
  /// Heads of the requests for a path so far.
  std::vector<std::string> Heads(const std::string& path) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> heads;
    for (const auto& [of, head] : heads_) {
      if (of == path) heads.push_back(head);
    }
    return heads;
  }
  std::size_t Asked(const std::string& path) { return Heads(path).size(); }

 private:
  std::optional<Reply> Answer(const WebRequest& request) {
    const std::lock_guard lock(mutex_);
    heads_.emplace_back(request.path, request.head);
    if (request.path == "/" && bare_) return MakeReply(200, "text/html", "<title>home</title>");
    if (request.path == "/") {
      return MakeReply(200, "text/html", "<title>home</title><a href=/page>page</a><a href=/login>in</a>");
    }
    if (request.path == "/login")
      return MakeReply(200, "text/html", "<title>in</title>", {{"Set-Cookie", "session=abc; Path=/"}});
    if (request.path == "/robots.txt" && !map_.empty())
      return MakeReply(200, "text/plain", "Sitemap: /map.xml\n");
    if (request.path == "/map.xml" && !map_.empty())
      return Conditional(request, map_etag_, 200, "text/xml", map_);
    if (request.path != "/page") return MakeReply(404, "text/plain", "");  // robots.txt names no sitemap
    return Conditional(request, etag_, status_, "text/html", body_);
  }
  static Reply Conditional(const WebRequest& request, const std::string& etag, int status,
                           const std::string& type, const std::string& body) {
    if (etag.empty()) return MakeReply(status, type, body);
    if (request.head.find("If-None-Match: " + etag) != std::string::npos)
      return MakeReply(304, "", "", {{"ETag", etag}});
    return MakeReply(status, type, body, {{"ETag", etag}});
  }

  std::mutex mutex_;
  int status_ = 200;
  bool bare_ = false;
  std::string body_ = "<title>one</title>one", etag_, map_, map_etag_;
  std::vector<std::pair<std::string, std::string>> heads_;
  std::unique_ptr<SyntheticWeb> web_;
};

struct RecrawlRig {
  Site site;
  Database database;
  EngineClock clock;
  std::string recrawl = "1d";
  std::string more;
  std::uint64_t max_pages = 0;

  config::Loaded Configuration() const {
    config::Loaded loaded = OwnSite(site.Url("/"), more);
    loaded.options.targets[0].recrawl = recrawl;
    loaded.options.targets[0].max_pages = max_pages;
    return loaded;
  }
  storage::RunStart Start() const {
    storage::RunStart run = StartOfRun({"web"});
    run.at = clock.Now();
    return run;
  }
  /// One run of `trawl crawl`, from opening the database to closing it.
  EndReason Crawl() {
    REQUIRE(database.Open({}, Start()) == "");
    const EndReason reason = CrawlIn(*database.store);
    REQUIRE(database.Close());
    CHECK(database.Violations() == Rows{});
    return reason;
  }
  EndReason CrawlIn(storage::Store& store) {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, Configuration(), store, &clock);
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    REQUIRE(rig.ended);
    return *rig.ended;
  }
  Rows OutcomesOf(const std::string& path) const {
    return database.Rows("SELECT status, outcome FROM visits WHERE url LIKE '%" + path + "' ORDER BY at");
  }
  Rows Changes() const {
    return database.Rows("SELECT kind, old_hash = new_hash FROM changes WHERE url LIKE '%/page' ORDER BY at");
  }
};

}  // namespace trawl::test
