#include "crawler/control/access.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace trawl::crawler;

namespace {

ControlRequest From(std::string host, std::string path = "/status") {
  ControlRequest request;
  request.method = "GET";
  request.host = std::move(host);
  request.path = std::move(path);
  return request;
}

unsigned StatusOf(const Access& access, const ControlRequest& request) {
  const auto refusal = access.Refuse(request);
  return refusal ? refusal->status : 200;
}

}  // namespace

TEST_CASE("Only the listener's own names are served, so that no foreign name can resolve to it") {
  const Access access("secret-secret-secret", "127.0.0.1:80", 80);
  for (const char* host : {"127.0.0.1:80", "localhost:80", "[::1]:80"})
    CHECK(StatusOf(access, From(host)) == 401);
  for (const char* host : {"", "127.0.0.1", "127.0.0.1:81", "evil.example:80", "127.0.0.1:80.evil.example"})
    CHECK(StatusOf(access, From(host)) == 421);
}

TEST_CASE("A token in the query is taken at the root alone and becomes a cookie") {
  const Access access("secret-secret-secret", "127.0.0.1:80", 80);
  ControlRequest request = From("127.0.0.1:80", "/");
  request.query["token"] = "secret-secret-secret";
  CHECK(StatusOf(access, request) == 303);
  request.path = "/status";
  CHECK(StatusOf(access, request) == 401);
  request.query.clear();
  request.cookie = "x=1; trawl_token=secret-secret-secret; y=2";
  CHECK(StatusOf(access, request) == 200);
  request.cookie = "xtrawl_token=secret-secret-secret";
  CHECK(StatusOf(access, request) == 401);
}

TEST_CASE("Texts are equal or not") {
  CHECK(EqualInConstantTime("", ""));
  CHECK(EqualInConstantTime("abc", "abc"));
  CHECK_FALSE(EqualInConstantTime("abc", "abd"));
  CHECK_FALSE(EqualInConstantTime("abc", "abcd"));
  CHECK_FALSE(EqualInConstantTime("abc", ""));
}

TEST_CASE("A token file is made once, of mode 0600, and read again") {
  test::TempDir folder;
  const std::string path = (folder / "token").string();
  std::string error;
  const std::string token = LoadToken(path, error);
  CHECK(error == "");
  CHECK(token.size() == 64);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(LoadToken(path, error) == token);
  CHECK(LoadToken((folder / "other").string(), error) != token);
  ::chmod(path.c_str(), 0640);
  CHECK(LoadToken(path, error).empty());
  CHECK(error.find("read by others") != std::string::npos);
  CHECK(LoadToken((folder / "none/token").string(), error).empty());
}

TEST_CASE("A token has 16 to 256 harmless characters") {
  test::TempDir folder;
  const std::string path = (folder / "token").string();
  const auto load = [&](const std::string& text) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
    std::string error;
    return LoadToken(path, error);
  };
  CHECK(load(std::string(16, 'a') + "\n") == std::string(16, 'a'));
  CHECK(load(std::string(256, 'a')) == std::string(256, 'a'));
  CHECK(load(std::string(15, 'a')).empty());
  CHECK(load(std::string(257, 'a')).empty());
  CHECK(load(std::string(20, 'a') + "; Path=/").empty());
}

TEST_CASE("Loopback listeners are told from those that others reach") {
  for (const char* own : {"127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "localhost:80"})
    CHECK(IsLoopbackListener(own));
  for (const char* open : {"0.0.0.0:80", "[::]:80", "192.0.2.1:80", "10.127.0.1:80"})
    CHECK_FALSE(IsLoopbackListener(open));
}
