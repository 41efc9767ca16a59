#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/instant.h"
#include "storage/records.h"
#include "storage/warc/gzip.h"

namespace trawl::storage {

/// The response record that has the payload which another names.
struct WarcOriginal {
  std::string record_id, url;
  Instant at{};
};

/// Where a record stands in the text that it was appended to.
struct WarcPlace {
  std::string record_id;
  std::uint64_t offset = 0, length = 0;  ///< of its gzip member
};

/// Composes the records of a crawl, each a gzip member with digests of its block and payload.
/// Runs on: storage thread. Owns what zlib needs.
class WarcRecords {
 public:
  /// The record that opens a file and describes what follows (WARC 1.1, 6.2). `software`: e.g. "trawl/0.1.0".
  void AppendInfo(std::string& out, std::string_view file_name, std::string_view software, Instant at);

  /// The answer of an exchange and then its request. With `original` the answer is a revisit record without
  /// the payload (6.7.2); a 304 is one of the profile server-not-modified (6.7.3). Gives the place of the
  /// answer.
  WarcPlace AppendExchange(std::string& out, const Exchange& exchange, const Visit& visit,
                           std::string_view payload_digest, const WarcOriginal* original);

  /// What was read off the page that the answer `answer_id` brought, a metadata record (6.6) of warc-fields:
  /// fetchTimeMs as 6.6 names it, charset, language and the number of outlinks. What is not known is left
  /// out.
  void AppendMetadata(std::string& out, const Exchange& exchange, const Visit& visit, const Page& page,
                      std::string_view answer_id);

 private:
  GzipWriter gzip_;
  std::string info_id_;
};

}  // namespace trawl::storage
