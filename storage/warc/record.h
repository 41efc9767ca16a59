#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/instant.h"

namespace trawl::storage {

/// The head of a record of WARC/1.1 (ISO 28500:2017; iipc.github.io/warc-specifications):
///   record = "WARC/1.1" CRLF *( name ": " value CRLF ) CRLF block CRLF CRLF
/// One record is one gzip member (annex D).
class WarcHead {
 public:
  /// `type`: "warcinfo", "request", "response", "revisit", "metadata".
  WarcHead(std::string_view type, std::string_view record_id, Instant date);

  /// A field; one with an empty value is left out.
  WarcHead& Add(std::string_view name, std::string_view value);
  /// The whole head, with its empty line, before a block of so many bytes.
  std::string Text(std::size_t block_bytes) const;

 private:
  std::string text_;
};

/// A new record id, "urn:uuid:..." of random bits (RFC 4122 4.4), without the brackets that WARC puts round
/// it.
std::string NewRecordId();

/// As WARC-Date has it: "2026-01-31T12:00:00.123Z".
std::string WarcDate(Instant at);

}  // namespace trawl::storage
