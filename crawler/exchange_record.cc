#include "crawler/exchange_record.h"

#include <string_view>

#include "crawler/fetch/fields.h"

namespace trawl::crawler {
namespace {

constexpr std::string_view kEndOfLine = "\r\n";

/// The head with the values of credentials left out: WARC files are passed on.
std::string WithoutCredentials(std::string_view head) {
  std::string kept;
  kept.reserve(head.size());
  while (!head.empty()) {
    const std::size_t end = head.find(kEndOfLine);
    const std::string_view line = head.substr(0, end);
    const std::string_view name = line.substr(0, line.find(':'));
    const bool secret = SameToken(name, "authorization") || SameToken(name, "proxy-authorization");
    kept.append(secret ? name : line).append(secret ? ": -" : "").append(kEndOfLine);
    if (end == head.npos) break;
    head.remove_prefix(end + kEndOfLine.size());
  }
  return kept;
}

std::string AnswerHead(const FetchResult& fetched) {
  std::string head = fetched.protocol == "http/1.0" ? "HTTP/1.0 " : "HTTP/1.1 ";
  head.append(std::to_string(fetched.status)).append(" ").append(kEndOfLine);
  const std::string length = std::to_string(fetched.body.size());
  const bool has_body = fetched.status != 304 && fetched.status != 204;
  bool counted = false;
  for (const auto& [name, value] : fetched.headers) {
    const bool counts = SameToken(name, "content-length");
    const bool right = counts && has_body && value == length && !counted;
    counted = counted || right;
    const bool told = counts || SameToken(name, "content-encoding") || SameToken(name, "transfer-encoding");
    head.append(told && !right ? "X-Archive-Orig-" : "")
        .append(name)
        .append(": ")
        .append(value)
        .append(kEndOfLine);
  }
  if (has_body && !counted) head.append("Content-Length: ").append(length).append(kEndOfLine);
  return head.append(kEndOfLine);
}

}  // namespace

void KeepExchange(storage::WriteBatch& batch, const std::string& url, const FetchResult& fetched) {
  if (fetched.status == 0) return;
  storage::Exchange exchange;
  exchange.url = batch.text.Keep(url);
  exchange.request = batch.text.Keep(WithoutCredentials(fetched.request_head));
  exchange.response = batch.text.Keep(AnswerHead(fetched));
  exchange.body = batch.text.Keep(fetched.body);
  exchange.truncated = fetched.truncated || fetched.outcome == Outcome::kIncomplete;
  batch.exchange = exchange;
}

}  // namespace trawl::crawler
