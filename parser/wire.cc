#include "parser/wire.h"

#include <cstring>

#include "parser/byte_cursor.h"

// The format. Integers are little-endian; a name with ':' is a field, `name.size` stands for the size of a
// text that follows in `texts`. Sizes come before all texts so that one pass over `texts` can tell whether it
// is pure ASCII.
//
//   frame   = version:u8 type:u8 number:u16 payload.size:u32 payload
//   payload = job (wire_job.cc) | answer (wire_answer.cc) | rules (wire_rules.cc)    as `type` says
//
//   answer  = head link * links rule * rules sitemap.size:u16 * sitemaps heading * headings
//             property * properties block.size:u32 * blocks statement * statements item * items texts
//   head    = flags:u8 charset.size:u8 language.size:u8 charset_source:u8
//             title.size:u16 description.size:u16 canonical.size:u16 base.size:u16
//             text.size:u32 links:u32 rules:u32 sitemaps:u32 links_found:u32 words:u32 parse_us:u32
//             refresh:u32 (2^32-1: none) content_hash:u64 crawl_delay:u64 (milliseconds + 1, 0: none)
//             author.size:u16 date.size:u16 generator.size:u16 headings:u16 properties:u16 blocks:u16
//             main.size:u32 statements:u32 sitemap.size:u32 items:u32 published.size:u8
//             language_source:u8 zero:u16 simhash:u64
//   flags   = 1 noindex | 2 nofollow | 4 links_truncated | 8 text_truncated | 16 statements_truncated |
//             32 items_truncated
//   link    = kind:u8 flags:u8 (1 nofollow) url.size:u16 anchor.size:u16 rel.size:u8 hreflang.size:u8
//   rule    = line:u32 pattern.size:u16 allow:u8 zero:u8
//   heading = level:u8 zero:u8 text.size:u16
//   property = name.size:u16 content.size:u16
//   statement = kind:u8 zero:u8 zero:u16 data.size:u32
//   item    = rule:u16 defaulted.size:u16 data.size:u32
//   texts   = charset language title description canonical base text author date published generator
//             main
//             (url rel anchor hreflang) * links pattern * rules sitemap * sitemaps
//             text * headings (name content) * properties block * blocks data * statements
//             sitemap (parser/sitemap_wire.cc; empty for all other documents)
//             (data defaulted) * items
//
// charset, base and published are printable ASCII, the URLs pass SplitNormalized, patterns and sitemaps are
// bytes as robots.txt had them, data is JSON (of an item an object), all other texts are UTF-8.

namespace trawl::parser {

void SetNumber(std::string& frame, std::uint16_t number) {
  constexpr std::size_t kNumber = 2;
  std::memcpy(frame.data() + kNumber, &number, sizeof number);
}

Result<FrameHeader> DecodeFrameHeader(std::string_view header, FrameType expected) {
  ByteReader reader(header);
  const std::uint8_t version = reader.U8();
  const std::uint8_t type = reader.U8();
  FrameHeader decoded;
  decoded.number = reader.U16();
  // Beside the body a job has its URL, its content type, its product tokens, what its URLs drop and
  // what is to be extracted.
  constexpr std::size_t kJobHead = 26 + kMaxUrl + kMaxContentType + kMaxExtract + kMaxJobItems * 2 +
                                   kMaxProductTokens * (2 + kMaxProductToken) +
                                   kMaxDropParameters * (2 + kMaxDropParameter);
  const bool rules = expected == FrameType::kJob && type == static_cast<std::uint8_t>(FrameType::kRules);
  const std::size_t limit = rules                            ? kMaxRulesFrame
                            : expected == FrameType::kAnswer ? kMaxAnswer
                                                             : kJobHead + kMaxJobBody;
  decoded.size = reader.AtMost<std::uint32_t>(static_cast<std::uint32_t>(limit));
  if (header.size() >= 1 && version != kWireVersion) return ParserErrc::kWrongVersion;
  if (const ParserErrc error = reader.Finish(); error != ParserErrc::kOk) return error;
  if (type != static_cast<std::uint8_t>(expected) && !rules) return ParserErrc::kBadFrame;
  decoded.type = rules ? FrameType::kRules : expected;
  return decoded;
}

}  // namespace trawl::parser
