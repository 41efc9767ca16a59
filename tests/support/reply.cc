#include "tests/support/reply.h"

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

}  // namespace trawl::test
