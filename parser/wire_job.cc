#include <cassert>

#include "parser/byte_cursor.h"
#include "parser/wire.h"
#include "parser/wire_frame.h"

// The format, in the terms of wire.cc:
//
//   job     = kind:u8 flags:u8 tokens:u16 url.size:u32 content_type.size:u32 body.size:u32
//             extract.size:u32 folds:u16 drops:u16 items:u16 token.size:u16 * tokens drop.size:u16 * drops
//             rule:u16 * items texts
//   texts   = url content_type token * tokens drop * drops extract body
//   flags   = 1 want_text | 2 want_links | 4 want_source | 8 want_tree | 16 want_main | 32 want_structured |
//             64 want_statements
//   folds   = 1 sort_query | 2 drop_session_ids | 4 fold_trailing_slash | 8 fold_index_page

namespace trawl::parser {
namespace {

enum JobFlag : std::uint8_t {
  kWantText = 1,
  kWantLinks = 2,
  kWantSource = 4,
  kWantTree = 8,
  kWantMain = 16,
  kWantStructured = 32,
  kWantStatements = 64,
  kAllJobFlags = 127
};
enum FoldFlag : std::uint16_t {
  kSortQuery = 1,
  kDropSessionIds = 2,
  kFoldTrailingSlash = 4,
  kFoldIndexPage = 8,
  kAllFolds = 15,
};
std::uint16_t FoldsOf(const NormalizeOptions& options) {
  return static_cast<std::uint16_t>((options.sort_query ? kSortQuery : 0) |
                                    (options.drop_session_ids ? kDropSessionIds : 0) |
                                    (options.fold_trailing_slash ? kFoldTrailingSlash : 0) |
                                    (options.fold_index_page ? kFoldIndexPage : 0));
}

// Room for all that an ordinary job says beside its texts.
constexpr std::size_t kJobFields = 128;

NormalizeOptions OptionsOf(std::uint16_t folds) {
  NormalizeOptions options;
  options.sort_query = (folds & kSortQuery) != 0;
  options.drop_session_ids = (folds & kDropSessionIds) != 0;
  options.fold_trailing_slash = (folds & kFoldTrailingSlash) != 0;
  options.fold_index_page = (folds & kFoldIndexPage) != 0;
  options.max_length = kMaxUrl;
  return options;
}

}  // namespace

void EncodeJob(const PageJob& job, std::string& out) {
  out.reserve(out.size() + kFrameHeader + kJobFields + job.url.size() + job.content_type.size() +
              job.extract.size() + job.body.size());
  EncodeJobHead(job, out);
  out += std::string_view(job.body);
}

void EncodeJobHead(const PageJob& job, std::string& out) {
  assert(job.url.size() <= kMaxUrl && job.content_type.size() <= kMaxContentType &&
         job.body.size() <= kMaxJobBody && job.extract.size() <= kMaxExtract);
  assert(job.product_tokens.size() <= kMaxProductTokens);
  const std::vector<std::string>& drops = job.normalize.drop_parameters;
  assert(drops.size() <= kMaxDropParameters && job.items.size() <= kMaxJobItems);
  out.reserve(out.size() + kFrameHeader + kJobFields + job.url.size() + job.content_type.size() +
              job.extract.size());
  FrameWriter frame(FrameType::kJob, out, job.body.size());
  ByteWriter& writer = frame.writer;
  writer.U8(static_cast<std::uint8_t>(job.kind));
  writer.U8(static_cast<std::uint8_t>((job.want_text ? kWantText : 0) | (job.want_links ? kWantLinks : 0) |
                                      (job.want_source ? kWantSource : 0) | (job.want_tree ? kWantTree : 0) |
                                      (job.want_main ? kWantMain : 0) |
                                      (job.want_structured ? kWantStructured : 0) |
                                      (job.want_statements ? kWantStatements : 0)));
  writer.U16(static_cast<std::uint16_t>(job.product_tokens.size()));
  writer.U32(Size<std::uint32_t>(job.url));
  writer.U32(Size<std::uint32_t>(job.content_type));
  writer.U32(Size<std::uint32_t>(job.body));
  writer.U32(Size<std::uint32_t>(job.extract));
  writer.U16(FoldsOf(job.normalize));
  writer.U16(static_cast<std::uint16_t>(drops.size()));
  writer.U16(static_cast<std::uint16_t>(job.items.size()));
  for (const std::string& token : job.product_tokens) {
    assert(token.size() <= kMaxProductToken);
    writer.U16(Size<std::uint16_t>(token));
  }
  for (const std::string& drop : drops) {
    assert(drop.size() <= kMaxDropParameter);
    writer.U16(Size<std::uint16_t>(drop));
  }
  for (const std::uint16_t item : job.items) writer.U16(item);
  writer.Bytes(job.url);
  writer.Bytes(job.content_type);
  for (const std::string& token : job.product_tokens) writer.Bytes(token);
  for (const std::string& drop : drops) writer.Bytes(drop);
  writer.Bytes(job.extract);
}

Result<PageJob> DecodeJob(std::string_view payload) {
  ByteReader reader(payload);
  PageJob job;
  const std::uint8_t kind = reader.U8();
  const std::uint8_t flags = reader.AtMost<std::uint8_t>(kAllJobFlags);
  const auto tokens = reader.AtMost<std::uint16_t>(kMaxProductTokens);
  const auto url_size = reader.AtMost<std::uint32_t>(kMaxUrl);
  const auto content_type_size = reader.AtMost<std::uint32_t>(kMaxContentType);
  const auto body_size = reader.AtMost<std::uint32_t>(kMaxJobBody);
  const auto extract_size = reader.AtMost<std::uint32_t>(kMaxExtract);
  const auto folds = reader.AtMost<std::uint16_t>(kAllFolds);
  const auto drops = reader.AtMost<std::uint16_t>(kMaxDropParameters);
  const auto items = reader.AtMost<std::uint16_t>(kMaxJobItems);
  std::uint16_t token_sizes[kMaxProductTokens];
  for (std::size_t i = 0; i < tokens; ++i) token_sizes[i] = reader.AtMost<std::uint16_t>(kMaxProductToken);
  std::uint16_t drop_sizes[kMaxDropParameters];
  for (std::size_t i = 0; i < drops; ++i) drop_sizes[i] = reader.AtMost<std::uint16_t>(kMaxDropParameter);
  for (std::size_t i = 0; i < items; ++i) job.items.push_back(reader.U16());
  const std::string_view url = reader.Bytes(url_size);
  const std::string_view content_type = reader.Bytes(content_type_size);
  for (std::size_t i = 0; reader.ok() && i < tokens; ++i) {
    job.product_tokens.emplace_back(reader.Bytes(token_sizes[i]));
  }
  job.normalize = OptionsOf(folds);
  for (std::size_t i = 0; reader.ok() && i < drops; ++i) {
    job.normalize.drop_parameters.emplace_back(reader.Bytes(drop_sizes[i]));
  }
  const std::string_view extract = reader.Bytes(extract_size);
  const std::string_view body = reader.Bytes(body_size);
  if (const ParserErrc error = reader.Finish(); error != ParserErrc::kOk) return error;
  if (kind < static_cast<std::uint8_t>(DocumentKind::kHtml) ||
      kind > static_cast<std::uint8_t>(DocumentKind::kSitemap)) {
    return ParserErrc::kBadFrame;
  }
  job.kind = static_cast<DocumentKind>(kind);
  job.want_text = (flags & kWantText) != 0;
  job.want_links = (flags & kWantLinks) != 0;
  job.want_source = (flags & kWantSource) != 0;
  job.want_tree = (flags & kWantTree) != 0;
  job.want_main = (flags & kWantMain) != 0;
  job.want_structured = (flags & kWantStructured) != 0;
  job.want_statements = (flags & kWantStatements) != 0;
  job.url = url;
  job.content_type = content_type;
  job.extract = extract;
  job.body = DocumentBytes::Borrow(body);
  return job;
}

}  // namespace trawl::parser
