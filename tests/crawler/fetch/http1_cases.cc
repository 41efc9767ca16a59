#include "tests/crawler/fetch/http1_cases.h"

#include "tests/support/compress.h"
#include "tests/support/repeat.h"

namespace trawl::test {

const std::string kPage = "<!DOCTYPE html><title>A page</title><p>Seventy-nine bytes make this whole page.";

namespace {

using enum Outcome;
using Script = std::function<void(Peer&)>;

/// The bytes, then the end of the connection.
Script Closed(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    peer.ReadHead();
    peer.Send(bytes);
  };
}

/// The bytes, then silence until the client goes.
Script Open(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    peer.ReadHead();
    peer.Send(bytes);
    peer.AwaitClose();
  };
}

Script Bytewise(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    peer.ReadHead();
    peer.SendBytewise(bytes);
    peer.AwaitClose();
  };
}

std::string Size(const std::string& body) {
  return std::to_string(body.size());
}

/// Status line "200 OK", these fields, an empty line, the body: no length unless the fields have one.
std::string Raw(const std::string& fields, const std::string& body = kPage) {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
}

/// The same with a fitting Content-Length.
std::string Sized(const std::string& fields, const std::string& body = kPage) {
  return Raw(fields + "Content-Length: " + Size(body) + "\r\n", body);
}

std::string Status(const std::string& line, const std::string& fields = "") {
  return line + "\r\n" + fields + "Content-Length: " + Size(kPage) + "\r\n\r\n" + kPage;
}

std::string Hex(std::size_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "%zx", n);
  return text;
}

std::string Chunk(const std::string& body, const std::string& after_size = "") {
  return Hex(body.size()) + after_size + "\r\n" + body + "\r\n";
}

std::string InChunks(const std::string& body, std::size_t size, const std::string& after_size = "") {
  std::string chunks;
  for (std::size_t at = 0; at < body.size(); at += size) chunks += Chunk(body.substr(at, size), after_size);
  return chunks;
}

std::string Chunked(const std::string& chunks, const std::string& fields = "") {
  return Raw(fields + "Transfer-Encoding: chunked\r\n", chunks);
}

std::string Coded(const std::string& coding, const std::string& body) {
  return Sized("Content-Encoding: " + coding + "\r\n", body);
}

std::string BareLf(std::string bytes) {
  for (std::size_t at; (at = bytes.find("\r\n")) != bytes.npos;) bytes.erase(at, 1);
  return bytes;
}

/// A gzip member with every optional field of its header (RFC 1952 section 2.3).
std::string DressedGzip() {
  const std::string plain = Gzip(kPage);
  std::string head = plain.substr(0, 10);
  head[3] = 4 | 8 | 16;  // FEXTRA, FNAME, FCOMMENT
  head += std::string(
              "\x04\x00"
              "ab\x00\x00",
              6) +
          std::string("name\0", 5) + std::string("comment\0", 8);
  return head + plain.substr(10);
}

std::string Damaged(std::string bytes, std::size_t at) {
  for (std::size_t i = at; i < at + 16 && i < bytes.size(); ++i) bytes[i] = static_cast<char>(~bytes[i]);
  return bytes;
}

std::string Bomb() {
  return Gzip(std::string(64 << 20, '\0'));
}

std::vector<Http1Case> FramingCases() {
  const std::string n = Size(kPage);
  const std::string half = kPage.substr(0, 40);
  return {
      {"base-cl", kOk, Open(Sized(""))},
      {"base-cl-zero", kOk, Open(Sized("", "")), "GET", 20'000, false},
      {"base-chunked", kOk, Open(Chunked(Chunk(kPage) + "0\r\n\r\n"))},
      {"base-close", kOk, Closed(Raw(""))},
      {"base-http10", kOk, Closed("HTTP/1.0 200 OK\r\n\r\n" + kPage)},
      {"base-http10-cl-early", kOk, Open(Status("HTTP/1.0 200 OK"))},
      {"base-http10-keepalive", kOk, Open(Status("HTTP/1.0 200 OK", "Connection: keep-alive\r\n"))},
      {"conn-close-but-open", kOk, Open(Sized("Connection: close\r\n"))},
      {"segments-bytewise", kOk, Bytewise(Sized(""))},
      {"segments-chunked-bytewise", kOk, Bytewise(Chunked(InChunks(kPage, 7) + "0\r\n\r\n"))},
      {"cl-short-body", kIncomplete, Closed(Raw("Content-Length: " + n + "\r\n", half)), "GET", 20'000,
       false},
      {"cl-excess-data", kOk, Open(Sized("", kPage) + "excess")},
      {"cl-second-response-injected", kOk, Open(Sized("") + Sized("", "injected"))},
      {"cl-dup-same", kOk, Open(Sized("Content-Length: " + n + "\r\n"))},
      {"cl-list-same", kOk, Open(Raw("Content-Length: " + n + ", " + n + "\r\n"))},
      {"cl-dup-differ", kMalformed, Open(Sized("Content-Length: 5\r\n")), "GET", 20'000, false},
      {"cl-list-differ", kMalformed, Open(Raw("Content-Length: 5, " + n + "\r\n")), "GET", 20'000, false},
      {"cl-bad-1", kMalformed, Open(Raw("Content-Length: -1\r\n")), "GET", 20'000, false},
      {"cl-bad-2", kMalformed, Open(Raw("Content-Length: +79\r\n")), "GET", 20'000, false},
      {"cl-bad-3", kMalformed, Open(Raw("Content-Length: 0x50\r\n")), "GET", 20'000, false},
      {"cl-bad-4", kMalformed, Open(Raw("Content-Length: abc\r\n")), "GET", 20'000, false},
      {"cl-bad-5", kMalformed, Open(Raw("Content-Length: \r\n")), "GET", 20'000, false},
      {"cl-bad-6", kMalformed, Open(Raw("Content-Length: 79.0\r\n")), "GET", 20'000, false},
      {"cl-bad-7", kMalformed, Open(Raw("Content-Length: 1 2\r\n")), "GET", 20'000, false},
      {"cl-overflow", kMalformed, Open(Raw("Content-Length: 18446744073709551695\r\n")), "GET", 20'000,
       false},
      {"cl-huge-early-close", kIncomplete, Closed(Raw("Content-Length: 9000000000000000000\r\n"))},
      {"cl-leading-zeros", kOk, Open(Raw("Content-Length: 000" + n + "\r\n"))},
      {"cl-ows", kOk, Open(Raw("Content-Length: \t " + n + " \t \r\n"))},
      {"ch-ext", kOk, Open(Chunked(InChunks(kPage, 20, ";a=b;c=\"d;e\"") + "0;last\r\n\r\n"))},
      {"ch-ext-bws", kOk, Open(Chunked(InChunks(kPage, 20, " \t ; a = b") + "0 \r\n\r\n"))},
      {"ch-upper-hex", kOk, Open(Chunked("00004F\r\n" + kPage + "\r\n000\r\n\r\n"))},
      {"ch-trailer", kOk, Open(Chunked(Chunk(kPage) + "0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"))},
      {"ch-trailer-forbidden", kOk,
       Open(Chunked(
           Chunk(kPage) + "0\r\nContent-Type: image/png\r\nContent-Length: 1\r\nSet-Cookie: a=b\r\n\r\n",
           "Content-Type: text/html\r\n"))},
      {"ch-no-final", kIncomplete, Closed(Chunked(Chunk(kPage)))},
      {"ch-cut-in-chunk", kIncomplete, Closed(Chunked("4f\r\n" + half)), "GET", 20'000, false},
      {"ch-cut-after-zero", kOk, Closed(Chunked(Chunk(kPage) + "0\r\n"))},
      {"ch-bad-size", kMalformed, Open(Chunked("xyz\r\n" + kPage)), "GET", 20'000, false},
      {"ch-negative", kMalformed, Open(Chunked("-4f\r\n" + kPage)), "GET", 20'000, false},
      {"ch-0x", kMalformed, Open(Chunked("0x4f\r\n" + kPage)), "GET", 20'000, false},
      {"ch-overflow", kMalformed, Open(Chunked("1000000000000004f\r\n" + kPage)), "GET", 20'000, false},
      {"ch-huge-size", kIncomplete, Closed(Chunked("FFFFFFFFFFFFFFF\r\n" + kPage))},
      {"ch-missing-crlf", kMalformed, Open(Chunked("5\r\n" + kPage)), "GET", 20'000, false},
      {"ch-lf-only", kOk, Open(Chunked(BareLf(InChunks(kPage, 30) + "0\r\n\r\n")))},
      {"ch-many-tiny", kOk, Open(Chunked(Repeat("1\r\n.\r\n", 2000) + "0\r\n\r\n")), "GET", 20'000, false},
      {"ch-long-ext", kMalformed, Open(Chunked(Chunk(kPage, ";" + std::string(200'000, 'e')) + "0\r\n\r\n")),
       "GET", 20'000, false},
      {"ch-name-case", kOk, Open(Raw("Transfer-Encoding: Chunked\r\n", Chunk(kPage) + "0\r\n\r\n"))},
      {"ch-list-empty", kOk, Open(Raw("Transfer-Encoding: , chunked\r\n", Chunk(kPage) + "0\r\n\r\n"))},
      {"ch-twice", kMalformed,
       Open(Raw("Transfer-Encoding: chunked, chunked\r\n", Chunk(kPage) + "0\r\n\r\n")), "GET", 20'000,
       false},
      {"te-cl-both", kMalformed, Open(Chunked(Chunk(kPage) + "0\r\n\r\n", "Content-Length: 7\r\n")), "GET",
       20'000, false},
      {"te-cl-both-order", kMalformed,
       Open(Raw("Content-Length: 7\r\nTransfer-Encoding: chunked\r\n", Chunk(kPage) + "0\r\n\r\n")), "GET",
       20'000, false},
      {"te-identity", kOk, Closed(Raw("Transfer-Encoding: identity\r\n"))},
      {"te-unknown", kMalformed, Closed(Raw("Transfer-Encoding: frob\r\n")), "GET", 20'000, false},
      {"te-gzip-chunked", kMalformed,
       Open(Raw("Transfer-Encoding: gzip, chunked\r\n", Chunk(Gzip(kPage)) + "0\r\n\r\n")), "GET", 20'000,
       false},
      {"te-http10", kOk,
       Open("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk(kPage) + "0\r\n\r\n")},
      {"te-obfuscated", kMalformed,
       Open(Sized("Transfer-Encoding : chunked\r\n", Chunk(kPage) + "0\r\n\r\n")), "GET", 20'000, false},
  };
}

std::vector<Http1Case> StatusCases() {
  const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n";
  return {
      {"s100", kOk, Open("HTTP/1.1 100 Continue\r\n\r\n" + Sized(""))},
      {"s103", kOk, Open(early + early + Sized(""))},
      {"s1xx-unknown", kOk, Open("HTTP/1.1 199 Odd\r\n\r\n" + Sized(""))},
      {"s1xx-flood", kMalformed, Closed(Repeat("HTTP/1.1 100 Continue\r\n\r\n", 2000)), "GET", 20'000, false},
      {"s101", kMalformed, Open("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "GET", 20'000,
       false},
      {"s204-body", kOk, Open("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nstray"), "GET", 20'000,
       false},
      {"s204-open", kOk, Open("HTTP/1.1 204 No Content\r\n\r\n"), "GET", 20'000, false},
      {"s204-chunked", kOk, Open("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"), "GET",
       20'000, false},
      {"s205", kOk, Open("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"), "GET", 20'000, false},
      {"s304-cl", kNotModified, Open("HTTP/1.1 304 Not Modified\r\nContent-Length: 79\r\n\r\n"), "GET",
       20'000, false},
      {"head-cl", kOk, Open("HTTP/1.1 200 OK\r\nContent-Length: 79\r\n\r\n"), "HEAD", 20'000, false},
      {"head-chunked", kOk, Open("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "HEAD", 20'000,
       false},
      {"sl-no-reason", kOk, Open(Status("HTTP/1.1 200 "))},
      {"sl-no-space", kOk, Open(Status("HTTP/1.1 200"))},
      {"sl-reason-8bit", kOk, Open(Status("HTTP/1.1 200 Tr\xe8s bien"))},
      {"sl-lowercase", kMalformed, Open(Status("http/1.1 200 OK")), "GET", 20'000, false},
      {"sl-http2", kMalformed, Open(Status("HTTP/2.0 200 OK")), "GET", 20'000, false},
      {"sl-http12", kOk, Open(Status("HTTP/1.2 200 OK"))},
      {"sl-icy", kMalformed, Open(Status("ICY 200 OK")), "GET", 20'000, false},
      {"sl-http09", kMalformed, Closed(kPage), "GET", 20'000, false},
      {"sl-status-2digit", kMalformed, Open(Status("HTTP/1.1 20 OK")), "GET", 20'000, false},
      {"sl-status-4digit", kMalformed, Open(Status("HTTP/1.1 2000 OK")), "GET", 20'000, false},
      {"sl-status-000", kMalformed, Open(Status("HTTP/1.1 000 OK")), "GET", 20'000, false},
      {"sl-status-999", kHttpError, Open(Status("HTTP/1.1 999 Odd"))},
      {"sl-status-299", kOk, Open(Status("HTTP/1.1 299 Odd"))},
      {"sl-status-599", kHttpError, Open(Status("HTTP/1.1 599 Odd"))},
      {"sl-leading-crlf", kOk, Open("\r\n" + Sized(""))},
      {"sl-huge", kTooLarge, Open(Status("HTTP/1.1 200 " + std::string(1 << 20, 'r'))), "GET", 20'000, false},
      {"sl-never", kConnectionLost, Closed(""), "GET", 20'000, false},
      {"sl-never-open", kTimeout, Open(""), "GET", 300, false},
      {"sl-drip", kTimeout, Open("HTTP/1.1 2"), "GET", 300, false},
  };
}

std::vector<Http1Case> FieldCases() {
  return {
      {"h-obs-fold", kOk, Open(Sized("Content-Type: text/html;\r\n charset=utf-8\r\nX-Long: a\r\n\t b\r\n"))},
      {"h-obs-fold-first", kOk, Open(Sized(" X-First: a\r\n"))},
      {"h-bare-lf", kOk, Open(BareLf(Sized("Content-Type: text/html\r\n")))},
      {"h-bare-cr", kOk, Open(Sized("X-Odd: a\rb\r\n"))},
      {"h-nul", kMalformed, Open(Sized(std::string("X-Odd: a\0b\r\n", 12))), "GET", 20'000, false},
      {"h-nul-name", kMalformed, Open(Sized(std::string("X-\0dd: ab\r\n", 11))), "GET", 20'000, false},
      {"h-8bit", kOk, Open(Sized("X-Name: caf\xe9\r\n"))},
      {"h-no-colon", kOk, Open(Sized("this is no field\r\n"))},
      {"h-empty-name", kOk, Open(Sized(": nothing\r\n"))},
      {"h-space-colon", kOk, Open(Sized("Content-Type : text/html\r\n"))},
      {"h-name-case", kOk, Open(Raw("cOnTeNt-LeNgTh: " + Size(kPage) + "\r\n"))},
      {"h-many", kTooLarge, Open(Sized(Repeat("X-A: b\r\n", 10'000))), "GET", 20'000, false},
      {"h-huge-value", kTooLarge, Open(Sized("X-A: " + std::string(2 << 20, 'v') + "\r\n")), "GET", 20'000,
       false},
      {"h-endless", kTooLarge,
       Closed("HTTP/1.1 200 OK\r\n" + Repeat("X-A: " + std::string(1000, 'v') + "\r\n", 5000)), "GET", 20'000,
       false},
      {"h-cut", kConnectionLost, Closed("HTTP/1.1 200 OK\r\nContent-Le"), "GET", 20'000, false},
      {"h-cut-after-line", kConnectionLost, Closed("HTTP/1.1 200 OK\r\nContent-Length: 79\r\n"), "GET",
       20'000, false},
      {"h-set-cookie-many", kOk, Open(Sized("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: c=3\r\n"))},
      {"h-ct-twice", kOk, Open(Sized("Content-Type: text/html\r\nContent-Type: application/pdf\r\n"))},
      {"h-ct-params", kOk, Open(Sized("Content-Type:  Text/HTML ; Charset=\"utf-8\"\r\n"))},
      {"rd-no-location", kOk, Open(Status("HTTP/1.1 301 Moved Permanently"))},
      {"rd-relative", kRedirect, Open(Status("HTTP/1.1 302 Found", "Location: ../other?x\r\n"))},
      {"rd-body-unread", kRedirect,
       Open("HTTP/1.1 301 Moved Permanently\r\nLocation: /b\r\nContent-Length: 1000\r\n\r\npart"), "GET", 300,
       false},
      {"rd-location-8bit", kRedirect, Open(Status("HTTP/1.1 302 Found", "Location: /caf\xc3\xa9\r\n"))},
      {"range-206", kIncomplete,
       Open(Status("HTTP/1.1 206 Partial Content", "Content-Range: bytes 0-78/500\r\n"))},
      {"s429", kHttpError, Open(Status("HTTP/1.1 429 Too Many Requests", "Retry-After: 120\r\n"))},
  };
}

std::vector<Http1Case> CodingCases() {
  const std::string gzip = Gzip(kPage);
  const std::string crc = gzip.substr(0, gzip.size() - 8) + "\xff\xff\xff\xff" + gzip.substr(gzip.size() - 4);
  const std::string window("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00",
                           9);  // a frame whose window descriptor says 2 GiB
  return {
      {"ce-gzip", kOk, Open(Coded("gzip", gzip))},
      {"ce-xgzip", kOk, Open(Coded("x-gzip", gzip))},
      {"ce-case", kOk, Open(Coded("GZip", gzip))},
      {"ce-gzip-chunked", kOk, Open(Chunked(InChunks(gzip, 1) + "0\r\n\r\n", "Content-Encoding: gzip\r\n"))},
      {"ce-gzip-close", kOk, Closed(Raw("Content-Encoding: gzip\r\n", gzip))},
      {"ce-gzip-members", kOk, Open(Coded("gzip", Gzip(kPage.substr(0, 30)) + Gzip(kPage.substr(30))))},
      {"ce-gzip-fields", kOk, Open(Coded("gzip", DressedGzip()))},
      {"ce-gzip-trailing", kOk, Open(Coded("gzip", gzip + "garbage after it"))},
      {"ce-gzip-trunc", kIncomplete, Open(Coded("gzip", gzip.substr(0, gzip.size() / 2))), "GET", 20'000,
       false},
      {"ce-gzip-trunc-8", kIncomplete, Open(Coded("gzip", gzip.substr(0, gzip.size() - 8)))},
      {"ce-gzip-crc", kDecodeFailed, Open(Coded("gzip", crc))},
      {"ce-gzip-corrupt", kDecodeFailed, Open(Coded("gzip", Damaged(gzip, 20))), "GET", 20'000, false},
      {"ce-gzip-not", kDecodeFailed, Open(Coded("gzip", kPage)), "GET", 20'000, false},
      {"ce-gzip-empty", kOk, Open(Coded("gzip", "")), "GET", 20'000, false},
      {"ce-gzip-double", kOk, Open(Coded("gzip, gzip", Gzip(gzip)))},
      {"ce-gzip-double-lines", kOk, Open(Coded("gzip\r\nContent-Encoding: gzip", Gzip(gzip)))},
      {"ce-deflate-zlib", kOk, Open(Coded("deflate", Zlib(kPage)))},
      {"ce-deflate-raw", kOk, Open(Coded("deflate", RawDeflate(kPage)))},
      {"ce-deflate-gzip", kOk, Open(Coded("deflate, gzip", Gzip(Zlib(kPage))))},
      {"ce-br", kOk, Open(Coded("br", Brotli(kPage)))},
      {"ce-br-trunc", kIncomplete, Open(Coded("br", Brotli(kPage).substr(0, 30))), "GET", 20'000, false},
      {"ce-zstd", kOk, Open(Coded("zstd", Zstd(kPage)))},
      {"ce-zstd-frames", kOk, Open(Coded("zstd", Zstd(kPage.substr(0, 30)) + Zstd(kPage.substr(30))))},
      {"ce-zstd-window", kDecodeFailed, Open(Coded("zstd", window)), "GET", 20'000, false},
      {"ce-identity", kOk, Open(Coded("identity", kPage))},
      {"ce-unknown", kDecodeFailed, Open(Coded("frob", kPage)), "GET", 20'000, false},
      {"ce-none-list", kOk, Open(Coded("", kPage))},
      {"ce-bomb", kDecodeFailed, Open(Coded("gzip", Bomb())), "GET", 20'000, false},
      {"ce-bomb-double", kDecodeFailed, Open(Coded("gzip, gzip", Gzip(Bomb()))), "GET", 20'000, false},
  };
}

}  // namespace

const std::vector<Http1Case>& Http1Cases() {
  static const std::vector<Http1Case> all = [] {
    std::vector<Http1Case> cases;
    for (const auto& part : {FramingCases(), StatusCases(), FieldCases(), CodingCases()}) {
      cases.insert(cases.end(), part.begin(), part.end());
    }
    return cases;
  }();
  return all;
}

}  // namespace trawl::test
