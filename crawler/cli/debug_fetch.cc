#include "crawler/cli/debug_fetch.h"

#include <openssl/evp.h>

#include <array>

#include "crawler/fetch/fetcher.h"
#include "parser/normalize.h"
#include "parser/url.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

/// In lower-case hexadecimal.
std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, ::EVP_sha256(), nullptr);
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

/// JSON has no other bytes than UTF-8.
json::string Utf8(std::string_view bytes) {
  std::string text;
  parser::AppendUtf8Repaired(bytes, bytes.size() * 3, text);
  return json::string(text);
}

}  // namespace

json::object DebugFetch(const json::object& in, DebugContext& context) {
  if (!context.fetch) return DebugError("no fetcher");
  const auto text = StringAt(in, "url");
  if (!text) return DebugError("\"url\" must be a string");
  const Result<parser::Url> url = parser::Url::Parse(*text);
  const Result<std::string> normalized = url ? parser::Normalize(*url, context.normalize) : url.error();
  if (!normalized) return DebugError("\"url\": " + normalized.error().message());
  std::string method = "GET";
  if (in.contains("method")) {
    method = std::string(StringAt(in, "method").value_or(""));
    if (method != "GET" && method != "HEAD") return DebugError("\"method\" must be \"GET\" or \"HEAD\"");
  }
  const FetchResult result = context.fetch(*normalized, method);
  json::array headers;
  for (const auto& [name, value] : result.headers) headers.push_back(json::array{Utf8(name), Utf8(value)});
  return {{"status", result.status},
          {"headers", std::move(headers)},
          {"body_sha256", Sha256(result.body)},
          {"body_length", result.body.size()},
          {"truncated", result.truncated || result.outcome == Outcome::kIncomplete},
          {"outcome", json::string_view(Name(result.outcome).data(), Name(result.outcome).size())},
          {"detail", Utf8(result.detail)}};
}

}  // namespace trawl::crawler
