#include "crawler/fetch/http1_request.h"

#include <algorithm>

#include "crawler/fetch/credentials.h"

namespace trawl::crawler {
namespace {

bool Sendable(std::string_view name, std::string_view value) {
  const auto token = [](char c) { return c > ' ' && c < 0x7f && c != ':'; };
  const auto visible = [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), token) &&
         std::all_of(value.begin(), value.end(), visible);
}

bool Contains(const Fields& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return SameToken(field.first, name); });
}

/// Fields that frame the message or belong to the connection: not the operator's to set.
bool Reserved(std::string_view name) {
  for (const std::string_view own : {"host", "connection", "content-length", "transfer-encoding", "te",
                                     "upgrade", "proxy-authorization"}) {
    if (SameToken(name, own)) return true;
  }
  return false;
}

class RequestHead {
 public:
  explicit RequestHead(std::string& text) : text_(text) {}
  void Add(std::string_view name, std::string_view value) {
    if (value.empty() || !Sendable(name, value)) return;
    text_.append(name).append(": ").append(value).append("\r\n");
  }

 private:
  std::string& text_;
};

}  // namespace

std::string Http1Request(const FetchRequest& request, const Origin& origin,
                         const config::HttpOptions& options, const Proxy* proxy, std::string_view cookies) {
  std::string text;
  text.reserve(320 + origin.target.size());
  text.append(request.method).append(" ");
  if (proxy != nullptr) text.append(origin.scheme).append("://").append(origin.host_port);
  text.append(origin.target).append(" HTTP/1.1\r\n");
  RequestHead head(text);
  head.Add("Host", origin.host_port);
  const auto standard = [&](std::string_view name, std::string_view value) {
    if (!Contains(request.headers, name) && !Contains(options.headers, name)) head.Add(name, value);
  };
  standard("User-Agent",
           options.contact.empty() ? options.user_agent : options.user_agent + " (+" + options.contact + ")");
  standard("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
  standard("Accept-Language", "en;q=0.9,*;q=0.8");
  standard("Accept-Encoding", "gzip, deflate, br, zstd");
  standard("Cookie", cookies);
  if (proxy != nullptr && proxy->credentials())
    head.Add("Proxy-Authorization", BasicCredentials(proxy->user, proxy->password));
  for (const auto& [name, value] : options.headers) {
    if (!Contains(request.headers, name) && !Reserved(name)) head.Add(name, value);
  }
  for (const auto& [name, value] : request.headers) {
    if (!Reserved(name)) head.Add(name, value);
  }
  head.Add("If-None-Match", request.etag);
  head.Add("If-Modified-Since", request.last_modified);
  text.append("\r\n");
  return text;
}

}  // namespace trawl::crawler
