#include "storage/warc/warc_records.h"

#include <algorithm>

#include "storage/warc/digest.h"
#include "storage/warc/record.h"

namespace trawl::storage {
namespace {

constexpr std::string_view kEndOfRecord = "\r\n\r\n";
constexpr std::string_view kIdentical = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
constexpr std::string_view kNotModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";

std::string Bracketed(std::string_view id) {
  return id.empty() ? std::string() : "<" + std::string(id) + ">";
}

std::string_view Truncation(const Exchange& exchange, const Visit& visit) {
  if (!exchange.truncated) return {};
  return visit.outcome == Outcome::kIncomplete ? "disconnect" : "length";
}

/// The grammar of Target-URI has no room for these (RFC 3986); a normalised URL has none.
bool IsPlainUri(std::string_view url) {
  return url.find_first_of(" <>\r\n\t") == std::string_view::npos;
}

constexpr std::size_t kMaxPageWord = 64;  // bytes; names of character sets and languages are shorter

/// What a page says of itself may be anything; a field takes a word of it.
bool IsPlainWord(std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && text.size() <= kMaxPageWord && std::all_of(text.begin(), text.end(), plain);
}

/// A line of application/warc-fields.
std::string Field(std::string_view name, std::string_view value) {
  return std::string(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void WarcRecords::AppendInfo(std::string& out, std::string_view file_name, std::string_view software,
                             Instant at) {
  info_id_ = NewRecordId();
  const std::string fields =
      "software: " + std::string(software) +
      "\r\nformat: WARC File Format 1.1\r\n"
      "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
      "description: bodies stand without their content coding and transfer coding; the fields that "
      "told of them begin with X-Archive-Orig-\r\n";
  WarcHead head("warcinfo", info_id_, at);
  head.Add("WARC-Filename", file_name).Add("Content-Type", "application/warc-fields");
  head.Add("WARC-Block-Digest", WarcDigest({fields}));
  gzip_.Append({head.Text(fields.size()), fields, kEndOfRecord}, out);
}

WarcPlace WarcRecords::AppendExchange(std::string& out, const Exchange& exchange, const Visit& visit,
                                      std::string_view payload_digest, const WarcOriginal* original) {
  const bool unchanged = visit.status == 304;
  const bool revisit = unchanged || original != nullptr;
  const std::string_view url = IsPlainUri(exchange.url) ? exchange.url : "urn:unknown";
  const std::string_view body = revisit ? std::string_view() : exchange.body;
  WarcPlace place{NewRecordId(), out.size(), 0};
  WarcHead answer(revisit ? "revisit" : "response", place.record_id, visit.at);
  answer.Add("WARC-Target-URI", url)
      .Add("WARC-IP-Address", visit.ip)
      .Add("WARC-Warcinfo-ID", Bracketed(info_id_));
  if (revisit) answer.Add("WARC-Profile", unchanged ? kNotModified : kIdentical);
  if (original != nullptr) {
    answer.Add("WARC-Refers-To", Bracketed(original->record_id))
        .Add("WARC-Refers-To-Target-URI", original->url);
    answer.Add("WARC-Refers-To-Date", WarcDate(original->at));
  } else if (unchanged) {
    answer.Add("WARC-Refers-To-Target-URI", url);
  }
  if (!unchanged) answer.Add("WARC-Payload-Digest", payload_digest);
  answer.Add("WARC-Block-Digest", WarcDigest({exchange.response, body}));
  answer.Add("WARC-Truncated", Truncation(exchange, visit));
  answer.Add("Content-Type", "application/http;msgtype=response");
  gzip_.Append({answer.Text(exchange.response.size() + body.size()), exchange.response, body, kEndOfRecord},
               out);
  place.length = out.size() - place.offset;

  WarcHead request("request", NewRecordId(), visit.at);
  request.Add("WARC-Target-URI", url).Add("WARC-IP-Address", visit.ip);
  request.Add("WARC-Warcinfo-ID", Bracketed(info_id_)).Add("WARC-Concurrent-To", Bracketed(place.record_id));
  request.Add("WARC-Block-Digest", WarcDigest({exchange.request}));
  request.Add("Content-Type", "application/http;msgtype=request");
  gzip_.Append({request.Text(exchange.request.size()), exchange.request, kEndOfRecord}, out);
  return place;
}

void WarcRecords::AppendMetadata(std::string& out, const Exchange& exchange, const Visit& visit,
                                 const Page& page, std::string_view answer_id) {
  std::string fields;
  if (visit.total_ms) fields += Field("fetchTimeMs", std::to_string(*visit.total_ms));
  if (IsPlainWord(page.charset)) fields += Field("charset", page.charset);
  if (IsPlainWord(page.language)) fields += Field("language", page.language);
  fields += Field("outlinks", std::to_string(page.links));
  WarcHead head("metadata", NewRecordId(), visit.at);
  head.Add("WARC-Target-URI", IsPlainUri(exchange.url) ? exchange.url : "urn:unknown");
  head.Add("WARC-Warcinfo-ID", Bracketed(info_id_)).Add("WARC-Concurrent-To", Bracketed(answer_id));
  head.Add("WARC-Block-Digest", WarcDigest({fields})).Add("Content-Type", "application/warc-fields");
  gzip_.Append({head.Text(fields.size()), fields, kEndOfRecord}, out);
}

}  // namespace trawl::storage
