#include "tests/support/reply.h"

#include <zlib.h>

namespace trawl::test {
namespace {

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 404:
      return "Not Found";
    case 410:
      return "Gone";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

}  // namespace

std::string MakeHead(int status, const ReplyFields& fields) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " " + std::string(Reason(status)) + "\r\n";
  for (const auto& [name, value] : fields) head += name + ": " + value + "\r\n";
  head += "\r\n";
  return head;
}

Reply MakeReply(int status, std::string_view content_type, std::string body, const ReplyFields& fields) {
  ReplyFields all;
  if (!content_type.empty()) all.emplace_back("Content-Type", content_type);
  // RFC 9110 8.6: no Content-Length in a 204.
  if (status != 204 && status != 304) all.emplace_back("Content-Length", std::to_string(body.size()));
  all.insert(all.end(), fields.begin(), fields.end());
  Reply reply;
  reply.status = status;
  reply.head = MakeHead(status, all);
  reply.body = std::move(body);
  return reply;
}

Reply MakeRedirect(int status, const std::string& location) {
  return MakeReply(status, "", "", {{"Location", location}});
}

std::string Gzip(std::string_view body, int level) {
  z_stream stream{};
  // 15 bits of window, plus 16 for the gzip wrapper.
  if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace trawl::test
