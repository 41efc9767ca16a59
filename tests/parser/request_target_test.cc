#include "parser/request_target.h"

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

constexpr std::string_view kBoth =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&()*+,;=:@/[]";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::size_t kLongest = 50;  // some blocks, and some bytes after them

bool IsUnreserved(int byte) {
  constexpr std::string_view kMarks = "-._~";
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         (byte < 0x80 && kMarks.find(static_cast<char>(byte)) != kMarks.npos);
}

// Whether all bytes are in kBoth or are `own`, or else are an upper-case escape of what needs one.
bool IsWellWritten(std::string_view text, char own) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == own || kBoth.find(text[i]) != kBoth.npos) continue;
    if (text[i] != '%' || i + 2 >= text.size()) return false;
    const std::size_t high = kUpperHex.find(text[i + 1]), low = kUpperHex.find(text[i + 2]);
    if (high == kUpperHex.npos || low == kUpperHex.npos || IsUnreserved(static_cast<int>(high * 16 + low)))
      return false;
    i += 2;
  }
  return true;
}

// What request_target.h says, a byte at a time.
bool IsCleanByTheBook(std::string_view target) {
  if (!target.starts_with('/')) return false;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  if (mark != target.npos && (mark + 1 == target.size() || !IsWellWritten(target.substr(mark + 1), '?')))
    return false;
  for (std::size_t slash = 0; slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::size_t end = path.find('/', slash + 1);
    const std::string_view segment = path.substr(slash + 1, end == path.npos ? end : end - slash - 1);
    if (segment == "." || segment == "..") return false;
  }
  return IsWellWritten(path, '\'');
}

}  // namespace

TEST_CASE("Every byte at every place of a target counts as its part of the URL says", "[target]") {
  for (std::size_t size = 2; size <= kLongest; ++size) {
    for (std::size_t at = 1; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string path = "/" + std::string(size - 1, 'a'), query = path;
        path[at] = static_cast<char>(byte);
        if (IsCleanTarget(path) != IsCleanByTheBook(path)) FAIL(path);
        query[at] = static_cast<char>(byte);
        query[1] = at == 1 ? query[1] : '?';
        if (IsCleanTarget(query) != IsCleanByTheBook(query)) FAIL(query);
        const std::string_view behind = std::string_view(query).substr(1);
        if (IsCleanQuery(behind) != IsWellWritten(behind, '?')) FAIL(behind);
      }
    }
  }
}

TEST_CASE("Dot segments and escapes are seen wherever they stand", "[target]") {
  for (std::size_t before = 0; before < kLongest; ++before) {
    for (const std::size_t after : {0, 1, 2, 15, 16, 17}) {
      for (const std::string_view piece :
           {"/.",          "/..",     "/...", "/.a",   "/..a",   "/./",   "/../",   "/.../", "/.well-known/",
            "/a./",        "/a../",   "/.?a", "/..?a", "/...?a", "/?.",   "/?/../", "%20",   "%2F",
            "%2f",         "%41",     "%2E",  "%",     "%2",     "/%20.", "/.%20",  "//",    "?",
            "/?a=b/../c?", "/?a%20b", "/?a'", "/'a"}) {
        const std::string target =
            "/" + std::string(before, 'b') + std::string(piece) + std::string(after, 'c');
        if (IsCleanTarget(target) != IsCleanByTheBook(target)) FAIL(target);
      }
    }
  }
}

TEST_CASE("Targets of any make are judged a block at a time as a byte at a time", "[target]") {
  constexpr std::string_view kPieces = "aaaaaaaaaaZ0//..%%?2EF'& \xC3";
  std::mt19937 random(1);
  std::size_t clean = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string target = "/";
    for (std::size_t left = random() % kLongest; left > 0; --left) target += kPieces[random() % 15];
    if (random() % 2 == 0) target[random() % target.size()] = kPieces[random() % kPieces.size()];
    const bool expected = IsCleanByTheBook(target);
    if (IsCleanTarget(target) != expected) FAIL(target);
    clean += expected;
  }
  CHECK(clean > 50'000);
}

TEST_CASE("A clean target is written as it is", "[target]") {
  for (const std::string_view path : {"/", "/a/b.html", "/a%20b/%C3%A4", "/.well-known/x", "/it's"}) {
    std::string out;
    AppendTarget(path, "", out);
    CHECK(out == path);
    CHECK(IsCleanTarget(path));
  }
  CHECK_FALSE(IsCleanTarget(""));
  CHECK_FALSE(IsCleanTarget("a"));
  CHECK_FALSE(IsCleanQuery(""));
}
