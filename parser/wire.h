#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/instant.h"
#include "config/result.h"
#include "parser/normalize.h"
#include "parser/robots.h"
#include "parser/sitemap.h"

namespace trawl::parser {
class ItemExtractor;
}

// The messages between trawl and a parser worker. What goes down (PageJob) is trusted, what comes up
// (ParsedPage) is hostile: DecodeParsedPage checks every field against the limits below before anything is
// used. The byte format stands as a grammar on top of wire.cc.

namespace trawl::parser {

inline constexpr std::uint8_t kWireVersion = 10;
inline constexpr std::size_t kMaxLinks = 5000;
inline constexpr std::size_t kMaxUrl = 8192;
inline constexpr std::size_t kMaxTitle = 1024;
inline constexpr std::size_t kMaxDescription = 4096;
inline constexpr std::size_t kMaxAnchor = 512;
inline constexpr std::size_t kMaxRel = 128;
inline constexpr std::size_t kMaxHreflang = 64;
inline constexpr std::size_t kMaxAuthor = 256;
inline constexpr std::size_t kMaxDate = 64;
inline constexpr std::size_t kMaxPublished = 32;
inline constexpr std::size_t kMaxGenerator = 256;
inline constexpr std::size_t kMaxHeadings = 1000;
inline constexpr std::size_t kMaxHeading = 512;
inline constexpr std::size_t kMaxProperties = 256;
inline constexpr std::size_t kMaxPropertyName = 128;
inline constexpr std::size_t kMaxPropertyContent = 4096;
inline constexpr std::size_t kMaxJsonLd = 64;
inline constexpr std::size_t kMaxJsonLdBytes = 1024 * 1024;  ///< of one block, and of all together
inline constexpr std::size_t kMaxStatements = 1000;
inline constexpr std::size_t kMaxStatementBytes = 1024 * 1024;  ///< of one statement, and of all together
inline constexpr std::size_t kMaxItems = 1000;                  ///< of one page, over all its rules
inline constexpr std::size_t kMaxItemValue = 64 * 1024;         ///< bytes of one value
inline constexpr std::size_t kMaxItemList = 1000;               ///< values of one list
inline constexpr std::size_t kMaxItemBytes = 1024 * 1024;  ///< of one item, and of all of a page together
inline constexpr std::size_t kMaxJobItems = 64;            ///< rules for one page
inline constexpr std::size_t kMaxRulesFrame = 8 * 1024 * 1024;
inline constexpr std::size_t kMaxMain = 1024 * 1024;
inline constexpr std::size_t kMaxText = 2 * 1024 * 1024;
inline constexpr std::size_t kMaxLanguage = 64;
inline constexpr std::size_t kMaxCharset = 40;
inline constexpr std::size_t kMaxContentType = 1024;
inline constexpr std::size_t kMaxProductTokens = 16;
inline constexpr std::size_t kMaxProductToken = 128;
inline constexpr std::size_t kMaxDropParameters = 256;
inline constexpr std::size_t kMaxDropParameter = 128;
inline constexpr std::size_t kMaxRobotsPattern = 2048;
inline constexpr Duration kMaxCrawlDelay = std::chrono::hours(24 * 30);
inline constexpr std::size_t kMaxExtract = 256 * 1024;
inline constexpr std::size_t kMaxJobBody = 64 * 1024 * 1024;
inline constexpr std::size_t kMaxAnswer = 8 * 1024 * 1024;

/// What the bytes are; picks the parse function (parser/document_kinds.h).
enum class DocumentKind : std::uint8_t { kHtml = 1, kRobots = 2, kTokens = 3, kSelect = 4, kSitemap = 5 };

enum class LinkKind : std::uint8_t {
  kAnchor = 1,
  kArea = 2,
  kLink = 3,
  kImage = 4,
  kSource = 5,
  kFrame = 6,
  kScript = 7,
  kMedia = 8,
  kObject = 9,
  kMetaRefresh = 10,
  kForm = 11,
};
std::string_view Name(LinkKind kind);  ///< the word in the `links` view, e.g. "a", "img", "meta-refresh"

/// What said in which charset a page is.
enum class CharsetSource : std::uint8_t { kBom = 1, kHttp = 2, kMeta = 3, kGuess = 4, kDefault = 5 };
std::string_view Name(CharsetSource source);  ///< "bom", "http", "meta", "guess", "default"

/// How it is known in which language a page is.
enum class LanguageSource : std::uint8_t { kNone = 0, kDeclared = 1, kDetected = 2 };
std::string_view Name(LanguageSource source);  ///< "none", "declared", "detected"

/// The bytes of a document: its own, or such as somebody else keeps alive for as long.
class DocumentBytes {
 public:
  DocumentBytes() = default;
  DocumentBytes(std::string own) : own_(std::move(own)) {}
  DocumentBytes(const char* own) : own_(own) {}
  static DocumentBytes Borrow(std::string_view bytes) {
    DocumentBytes borrowed;
    borrowed.borrowed_ = bytes;
    return borrowed;
  }

  operator std::string_view() const { return borrowed_.data() != nullptr ? borrowed_ : own_; }
  std::size_t size() const { return std::string_view(*this).size(); }
  /// Leaves nothing behind; copies what is borrowed.
  std::string Take() {
    return borrowed_.data() != nullptr ? std::string(std::exchange(borrowed_, {})) : std::move(own_);
  }

 private:
  std::string own_;
  std::string_view borrowed_;
};

/// One document to parse. Owned by the sender until Encode has copied it.
struct PageJob {
  DocumentKind kind = DocumentKind::kHtml;
  bool want_text = true;
  bool want_links = true;
  bool want_tree = false;        ///< the page is read off a tree, though a scan would do
  bool want_main = false;        ///< the main content too, where a tree can be had for it
  bool want_structured = false;  ///< what the page says in machine-readable form, which needs the tree
  bool want_statements = false;  ///< the same, off the tree only where there is microdata
  bool want_source = false;      ///< only the charset, and as text the document as decoded, markup and all
  std::string url;               ///< normalised; base of relative links
  std::string content_type;      ///< value of the header, may be empty
  std::vector<std::string>
      product_tokens;  ///< lower case; whose robots rules and robots meta are wanted, the first that has any
  NormalizeOptions normalize{.max_length =
                                 kMaxUrl};  ///< how its links become URLs; max_length does not cross
  std::string extract;                      ///< kSelect: the selector
  std::vector<std::uint16_t> items;         ///< rules that apply: their numbers in the worker's ItemExtractor
  DocumentBytes body;                       ///< decoded of its content codings, any charset

  // What does not cross as part of the job.
  std::shared_ptr<const std::string>
      rules;  ///< the frame that brings `items` to a worker, sent before its first job
  const ItemExtractor* extractor = nullptr;  ///< in the worker: what that frame became
};

/// One link of a page, in document order. `url` is normalised and not yet checked against scope.
struct ParsedLink {
  std::string_view url;
  LinkKind kind = LinkKind::kAnchor;
  bool nofollow = false;
  std::string_view rel = {};
  std::string_view anchor = {};  ///< visible text or alt, white space folded
  std::string_view hreflang = {};
};

/// A heading that is shown.
struct Heading {
  std::uint8_t level = 1;  ///< 1 to 6
  std::string_view text;   ///< white space folded
};

/// What a <meta> says for other programs: OpenGraph, Twitter cards, Dublin Core and the like.
struct MetaProperty {
  std::string_view name;  ///< of the property, else of the name attribute; as written
  std::string_view content;
};

/// In which form a page says something for programs.
enum class StatementKind : std::uint8_t {
  kJsonLd = 1,
  kMicrodata = 2,
  kOpenGraph = 3,
  kTwitter = 4,
  kDublinCore = 5,
  kRelations = 6,
};
std::string_view Name(StatementKind kind);  ///< "json-ld", "microdata", "opengraph", "twitter", ...

/// Something that a page says in machine-readable form.
struct ParsedStatement {
  StatementKind kind = StatementKind::kJsonLd;
  std::string_view data;  ///< JSON
};

/// What an item rule has read off a page. Those of one rule stand in the order of the document.
struct ParsedItem {
  std::uint16_t rule = 0;      ///< index in the job's `items`
  std::string_view data;       ///< a JSON object, a member for each field; null where the page gives none
  std::string_view defaulted;  ///< names of the fields that have their default, with spaces between
};

/// A worker's answer. Strings are views into `storage`, which owns the received bytes: move it, never copy
/// it.
struct ParsedPage {
  std::string charset;  ///< WHATWG name
  CharsetSource charset_source = CharsetSource::kDefault;
  std::string_view title;
  std::string_view description;
  std::string_view canonical;  ///< normalised URL or empty
  std::string_view base;  ///< what relative links are resolved against, when the page says other than its URL
  std::string_view language;  ///< as the page declares it, else as its text is (parser/language_guess.h)
  LanguageSource language_source = LanguageSource::kNone;
  std::string_view author;
  std::string_view date;       ///< when it was published, as written
  std::string_view published;  ///< the same in ISO 8601 (FormatPageDate); empty where `date` cannot be read
  std::string_view generator;
  std::string_view text;
  std::string_view main;  ///< the main content, when it was asked for
  bool noindex = false;
  bool nofollow = false;  ///< meta robots for all agents or for one of the job's product tokens
  bool links_truncated = false;
  bool text_truncated = false;
  bool statements_truncated = false;
  bool items_truncated = false;   ///< items or values were left out or cut by a limit
  std::uint32_t links_found = 0;  ///< also those past kMaxLinks
  std::uint32_t words = 0;
  std::optional<std::uint32_t> refresh_ms;  ///< wait before the page's first kMetaRefresh link
  std::uint64_t content_hash = 0;           ///< of the text when there is any, else of the body
  std::uint64_t simhash = 0;                ///< of the text (parser/simhash.h); 0: it has too few words
  std::uint32_t parse_us = 0;               ///< time the worker says it took
  std::vector<ParsedLink> links;
  std::vector<Heading> headings;
  std::vector<MetaProperty> properties;
  std::vector<std::string_view> json_ld;  ///< blocks of JSON-LD, as written
  std::vector<ParsedStatement> statements;
  std::vector<ParsedItem> items;
  RobotsRules robots;  ///< kRobots only
  Sitemap sitemap;     ///< kSitemap only

  std::vector<char> storage;

  ParsedPage() = default;
  ParsedPage(ParsedPage&&) = default;
  ParsedPage& operator=(ParsedPage&&) = default;
};

/// A frame is a header of kFrameHeader bytes, then as many bytes as it says.
inline constexpr std::size_t kFrameHeader = 8;
enum class FrameType : std::uint8_t { kJob = 1, kAnswer = 2, kRules = 3 };

struct FrameHeader {
  FrameType type = FrameType::kJob;
  std::uint16_t number = 0;  ///< of the job, which its answer must repeat
  std::uint32_t size = 0;    ///< of the payload
};

/// Appends one frame, with number 0, to `out`. Every field must be within its limit.
void EncodeJob(const PageJob& job, std::string& out);
/// The same without the body, which is to follow: so it is copied once, to where the worker reads it.
void EncodeJobHead(const PageJob& job, std::string& out);
/// Likewise, of an AnswerFrame.
void EncodeAnswer(const ParsedPage& page, std::string& out);
/// Sets the number of the frame that `frame` begins with.
void SetNumber(std::string& frame, std::uint16_t number);

/// The frame of an answer. It is measured first, so that it can be written to where it is to be read. The
/// last links are left out, and links_truncated is set, where the answer would pass kMaxAnswer. Runs on: any.
/// Borrows the page.
class AnswerFrame {
 public:
  explicit AnswerFrame(const ParsedPage& page, std::uint16_t number = 0);

  std::size_t size() const { return kFrameHeader + payload_size_; }
  /// Writes size() bytes, and no other.
  void Write(char* to) const;

 private:
  const ParsedPage& page_;
  std::string sitemap_;  ///< encoded; empty for all other documents
  std::size_t links_ = 0;
  std::size_t payload_size_ = 0;
  std::uint16_t number_;
};

/// Reads a frame header; where a job is expected, item rules (parser/wire_rules.h) may come too. Errors:
/// kWrongVersion, kBadFrame (type, or longer than its limit).
Result<FrameHeader> DecodeFrameHeader(std::string_view header, FrameType expected);

/// Reads a payload. Outputs are set only on success; a byte too many is kTrailingBytes. The job borrows its
/// body from the payload.
Result<PageJob> DecodeJob(std::string_view payload);
Result<ParsedPage> DecodeAnswer(std::vector<char> payload);

}  // namespace trawl::parser
