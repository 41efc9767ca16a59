#include "tests/support/nasty_shelf.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "tests/support/compress.h"

namespace trawl::test {
namespace {

using namespace std::chrono_literals;
using End = Reply::End;

constexpr std::string_view kHtml = "text/html; charset=utf-8";

Reply Html(std::string body, const ReplyFields& fields = {}) {
  return MakeReply(200, kHtml, std::move(body), fields);
}

std::string Page(std::string_view title, std::string_view body) {
  return "<!DOCTYPE html><title>" + std::string(title) + "</title>" + std::string(body) + "\n";
}

/// An answer whose bytes are given whole: for what MakeReply would never write.
Reply Raw(std::string bytes, End end = End::kClose, int status = 200) {
  Reply reply;
  reply.status = status;
  reply.head = std::move(bytes);
  reply.end = end;
  return reply;
}

/// A head that promises `length` bytes; the caller says what comes.
Reply Promise(std::uint64_t length, const ReplyFields& more = {}) {
  ReplyFields fields = {{"Content-Type", std::string(kHtml)}, {"Content-Length", std::to_string(length)}};
  fields.insert(fields.end(), more.begin(), more.end());
  Reply reply;
  reply.status = 200;
  reply.head = MakeHead(200, fields);
  return reply;
}

Reply Chunked(const ReplyFields& more = {}) {
  ReplyFields fields = {{"Content-Type", std::string(kHtml)}, {"Transfer-Encoding", "chunked"}};
  fields.insert(fields.end(), more.begin(), more.end());
  Reply reply;
  reply.status = 200;
  reply.head = MakeHead(200, fields);
  reply.end = End::kClose;
  return reply;
}

Reply Repeat(std::string_view body, std::string repeat, std::uint64_t repeats) {
  Reply reply = Promise(body.size() + repeat.size() * repeats);
  reply.body = body;
  reply.repeat = std::move(repeat);
  reply.repeats = repeats;
  return reply;
}

Reply Paced(Reply reply, std::size_t piece, std::chrono::milliseconds interval) {
  reply.piece = piece;
  reply.interval = interval;
  return reply;
}

Reply Ending(Reply reply, End end) {
  reply.end = end;
  return reply;
}

std::string Month(std::uint64_t n) {
  std::uint64_t year = 1970 + n / 12, month = n % 12 + 1;
  return std::to_string(year) + (month < 10 ? "-0" : "-") + std::to_string(month);
}

// clang-format off
const std::array kPages = std::to_array<NastyPage>({
  // Statuses
  {"not-found", "404 with a page", [](std::uint64_t) { return MakeReply(404, kHtml, Page("404", "<p>gone")); }},
  {"gone", "410", [](std::uint64_t) { return MakeReply(410, kHtml, Page("410", "")); }},
  {"error", "500", [](std::uint64_t) { return MakeReply(500, kHtml, Page("500", "")); }},
  {"unavailable", "503, Retry-After: N seconds", [](std::uint64_t n) {
     return MakeReply(503, kHtml, Page("503", ""), {{"Retry-After", std::to_string(n)}}); }, 1},
  {"too-many", "429, Retry-After: N seconds", [](std::uint64_t n) {
     return MakeReply(429, kHtml, Page("429", ""), {{"Retry-After", std::to_string(n)}}); }, 1},
  {"empty", "200 with Content-Length: 0", [](std::uint64_t) { return Html(""); }},
  {"no-content", "204", [](std::uint64_t) { return MakeReply(204, "", ""); }},

  // Redirects
  {"redirect-chain", "N redirects, then a page", [](std::uint64_t n) {
     return n == 0 ? Html(Page("end of the chain", ""))
                   : MakeRedirect(302, "/nasty/redirect-chain/" + std::to_string(n - 1)); }, 3},
  {"redirect-endless", "each redirect leads to a new one", [](std::uint64_t n) {
     return MakeRedirect(302, "/nasty/redirect-endless/" + std::to_string(n + 1)); }},
  {"redirect-loop", "1 leads to 0, 0 to 1", [](std::uint64_t n) {
     return MakeRedirect(301, "/nasty/redirect-loop/" + std::to_string(n % 2 ? 0 : 1)); }},
  {"redirect-self", "leads to itself", [](std::uint64_t) { return MakeRedirect(301, "/nasty/redirect-self"); }},
  {"redirect-nowhere", "302 without Location", [](std::uint64_t) { return MakeReply(302, "", ""); }},
  {"redirect-bad", "a Location that is no URL", [](std::uint64_t) { return MakeRedirect(302, "http://[::1"); }},
  {"redirect-file", "a Location of another scheme", [](std::uint64_t) { return MakeRedirect(302, "file:///etc/passwd"); }},
  {"redirect-private", "to a private address", [](std::uint64_t) { return MakeRedirect(302, "http://10.0.0.1/"); }},
  {"redirect-long", "a Location of 10,000 bytes", [](std::uint64_t) { return MakeRedirect(302, "/" + std::string(10000, 'a')); }},

  // Time
  {"silent", "takes the request and never answers", [](std::uint64_t) { return Raw("", End::kHang, 0); }},
  {"slow-head", "the head at one byte per 200 ms", [](std::uint64_t) { return Paced(Html(Page("slow head", "")), 1, 200ms); }},
  {"drip", "the body at one byte per 100 ms, without end", [](std::uint64_t) {
     Reply reply = Promise(1'000'000); reply.repeat = "x"; reply.repeats = 1'000'000; return Paced(reply, 1, 100ms); }},
  {"stall", "half a body, then nothing", [](std::uint64_t) {
     Reply reply = Promise(1000); reply.body = Page("stall", std::string(400, 'x')); return Ending(reply, End::kHang); }},
  {"late", "answers after N ms", [](std::uint64_t n) {
     Reply reply = Html(Page("late", "")); reply.delay = std::chrono::milliseconds(std::min<std::uint64_t>(n, 600'000)); return reply; }, 1000},

  // Lost and cut
  {"close", "closes without an answer", [](std::uint64_t) { return Raw("", End::kClose, 0); }},
  {"reset", "resets without an answer", [](std::uint64_t) { return Raw("", End::kReset, 0); }},
  {"reset-head", "resets in the middle of the head", [](std::uint64_t) { return Raw("HTTP/1.1 200 OK\r\nContent-Ty", End::kReset); }},
  {"reset-body", "resets in the middle of the body", [](std::uint64_t) {
     Reply reply = Promise(100'000); reply.body = Page("reset", std::string(5000, 'x')); return Ending(reply, End::kReset); }},
  {"truncated", "closes before Content-Length is reached", [](std::uint64_t) {
     Reply reply = Promise(10'000); reply.body = Page("truncated", "<a href=\"/\">half</a>"); return Ending(reply, End::kClose); }},
  {"truncated-chunks", "closes without the last chunk", [](std::uint64_t) {
     Reply reply = Chunked(); reply.body = "11\r\n<title>cut</title\r\n"; return reply; }},

  // Encodings
  {"bad-chunk", "a chunk size that is no number", [](std::uint64_t) {
     Reply reply = Chunked(); reply.body = "zz\r\nnothing\r\n0\r\n\r\n"; return reply; }},
  {"chunks-endless", "chunks without end", [](std::uint64_t) {
     Reply reply = Chunked(); reply.repeat = "8\r\n<p>more \r\n"; reply.repeats = Reply::kEndless; return reply; }},
  {"gzip-bad", "says gzip, sends garbage after the magic", [](std::uint64_t) {
     return Html("\x1f\x8b\x08" + std::string(1000, '\xee'), {{"Content-Encoding", "gzip"}}); }},
  {"gzip-plain", "says gzip, sends plain text", [](std::uint64_t) {
     return Html(Page("plain", "<p>not compressed"), {{"Content-Encoding", "gzip"}}); }},
  {"gzip-cut", "gzip that stops in the middle", [](std::uint64_t) {
     std::string all = Gzip(Page("cut", std::string(50'000, 'x') + "<p>the end"));
     return Html(all.substr(0, all.size() / 2), {{"Content-Encoding", "gzip"}}); }},
  {"gzip-bomb", "N MiB of zeros in a thousandth of that", [](std::uint64_t n) {
     return Html(Gzip(std::string(std::min<std::uint64_t>(n, 256) << 20, '\0')), {{"Content-Encoding", "gzip"}}); }, 64},
  {"gzip-twice", "a gzip bomb inside gzip", [](std::uint64_t) {
     return Html(Gzip(Gzip(std::string(std::size_t{64} << 20, '\0'))), {{"Content-Encoding", "gzip, gzip"}}); }},
  {"gzip-stack", "five codings, more than may be stacked", [](std::uint64_t) {
     std::string body = Page("stack", ""); for (int i = 0; i < 5; ++i) body = Gzip(body);
     return Html(body, {{"Content-Encoding", "gzip, gzip, gzip, gzip, gzip"}}); }},
  {"coding-unknown", "a content coding that nobody knows", [](std::uint64_t) {
     return Html("\x01\x02\x03", {{"Content-Encoding", "rot13"}}); }},

  // Size
  {"big", "a page of N MiB", [](std::uint64_t n) {
     return Repeat("<!DOCTYPE html><title>big</title>", "<p>" + std::string(1020, 'x') + "\n", n << 10); }, 50},
  {"endless", "a page without end or length", [](std::uint64_t) {
     Reply reply; reply.status = 200; reply.head = MakeHead(200, {{"Content-Type", std::string(kHtml)}, {"Connection", "close"}});
     reply.body = Page("endless", ""); reply.repeat = "<p>again "; reply.repeats = Reply::kEndless; reply.end = End::kClose; return reply; }},
  {"header-long", "one header field of 100 KB", [](std::uint64_t) {
     return Html(Page("long header", ""), {{"X-Long", std::string(100'000, 'x')}}); }},
  {"headers-many", "N header fields", [](std::uint64_t n) {
     ReplyFields fields; for (std::uint64_t i = 0; i < std::min<std::uint64_t>(n, 100'000); ++i) fields.emplace_back("X-" + std::to_string(i), "y");
     return Html(Page("many headers", ""), fields); }, 300},
  {"headers-endless", "header fields without end", [](std::uint64_t) {
     Reply reply = Raw("HTTP/1.1 200 OK\r\n"); reply.repeat = "X-More: and more\r\n"; reply.repeats = Reply::kEndless; return reply; }},
  {"continue-flood", "1xx answers without end", [](std::uint64_t) {
     Reply reply; reply.status = 100; reply.repeat = "HTTP/1.1 100 Continue\r\n\r\n"; reply.repeats = Reply::kEndless; reply.end = End::kClose; return reply; }},

  // Heads that break the rules
  {"http09", "a page without a head", [](std::uint64_t) { return Raw(Page("http/0.9", ""), End::kClose, 0); }},
  {"no-reason", "a status line that ends after the code", [](std::uint64_t) {
     return Raw("HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\r\n<title>no reason</title>", End::kKeepAlive); }},
  {"bare-lf", "lines that end with LF alone", [](std::uint64_t) {
     return Raw("HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 22\n\n<title>bare lf</title>"); }},
  {"icy", "ICY instead of HTTP/1.1", [](std::uint64_t) { return Raw("ICY 200 OK\r\nContent-Type: text/html\r\n\r\n<title>icy</title>"); }},
  {"length-and-chunks", "Content-Length beside Transfer-Encoding", [](std::uint64_t) {
     Reply reply = Chunked({{"Content-Length", "5"}}); reply.body = "13\r\n<title>both</title>\r\n0\r\n\r\n"; return reply; }},
  {"length-twice", "two lengths that differ", [](std::uint64_t) {
     return Raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456"); }},
  {"length-negative", "Content-Length: -1", [](std::uint64_t) {
     return Raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -1\r\n\r\nx"); }},
  {"header-nul", "a NUL inside a header field", [](std::uint64_t) {
     return Raw(std::string("HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 1\r\n\r\nx", 51)); }},

  // Contents
  {"binary", "random bytes labelled text/html", [](std::uint64_t) {
     std::string body(100'000, '\0'); std::uint32_t x = 1;
     for (char& c : body) { x = x * 1664525 + 1013904223; c = static_cast<char>(x >> 24); }
     return Html(body); }},
  {"png", "a picture labelled text/html", [](std::uint64_t) {
     return Html(std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89", 33) + std::string(2000, '\xa5')); }},
  {"deep", "N nested elements", [](std::uint64_t n) { return Repeat("<!DOCTYPE html><title>deep</title>", "<div>", n); }, 100'000},
  {"unclosed", "20,000 formatting elements that never close", [](std::uint64_t) { return Repeat("<!DOCTYPE html>", "<b>", 20'000); }},
  {"less-than", "10 MiB of '<'", [](std::uint64_t) { return Repeat("", "<<<<<<<<", 10 << 17); }},
  {"attributes", "one tag with a million attributes", [](std::uint64_t) { return Repeat("<!DOCTYPE html><p", " a b=c", 500'000); }},
  {"many-links", "N links on one page", [](std::uint64_t n) {
     std::string body = "<!DOCTYPE html><title>many links</title>";
     for (std::uint64_t i = 0; i < std::min<std::uint64_t>(n, 1'000'000); ++i) body += "<a href=\"/none/" + std::to_string(i) + "\">x</a>";
     return Html(body); }, 20'000},
  {"long-url", "links of 3,000 and of 10,000 bytes", [](std::uint64_t) {
     return Html(Page("long url", "<a href=\"/" + std::string(3'000, 'a') + "\">long</a> <a href=\"/" +
                                      std::string(10'000, 'b') + "\">longer</a>")); }},
  {"charset-lie", "windows-1252 bytes labelled UTF-8", [](std::uint64_t) { return Html(Page("caf\xe9", "<p>d\xe9j\xe0 vu")); }},

  // Traps
  {"calendar", "each month links to the next", [](std::uint64_t n) {
     return Html(Page(Month(n), "<a href=\"/nasty/calendar/" + std::to_string(n + 1) + "\">next</a>")); }},
  {"session", "each visit gives a new session id", [](std::uint64_t n) {
     return Html(Page("session", "<a href=\"/nasty/session/" + std::to_string(n * 6364136223846793005ULL + 1442695040888963407ULL) + "\">again</a>")); }},
});
// clang-format on

Reply Index() {
  std::string list = "<!DOCTYPE html><title>The shelf of nasty pages</title><ul>\n";
  for (const NastyPage& page : kPages)
    list += "<li><a href=\"/nasty/" + std::string(page.name) + "\">" + std::string(page.name) + "</a> " +
            std::string(page.what) + "\n";
  return Html(list + "</ul>\n");
}

}  // namespace

std::span<const NastyPage> NastyPages() {
  return kPages;
}

std::optional<Reply> Nasty(std::string_view path) {
  constexpr std::string_view kPrefix = "/nasty/";
  if (!path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  if (path.empty()) return Index();
  std::string_view name = path.substr(0, path.find('/'));
  auto page = std::find_if(kPages.begin(), kPages.end(), [&](const NastyPage& p) { return p.name == name; });
  if (page == kPages.end()) return std::nullopt;
  std::uint64_t n = page->n;
  if (name.size() < path.size()) {
    std::string_view digits = path.substr(name.size() + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  }
  return page->make(n);
}

}  // namespace trawl::test
