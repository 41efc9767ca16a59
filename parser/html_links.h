#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/arena.h"
#include "parser/charset_labels.h"
#include "parser/html_names.h"
#include "parser/html_text.h"
#include "parser/url.h"
#include "parser/wire.h"

namespace trawl::parser {

/// Gathers the links of one page as they are written, and resolves them when its base URL is known.
/// Runs on: parser process. Borrows the arena and the document's bytes.
class LinkCollector {
 public:
  /// Raw links remembered; the rest is only counted. More than kMaxLinks, because many do not lead to
  /// http(s).
  static constexpr std::size_t kMaxRawLinks = 4 * kMaxLinks;

  explicit LinkCollector(Arena& arena) : arena_(arena) { links_.reserve(kMany); }

  /// A start tag: its links, if it has any. An `a` begins to gather its text, and ends that of the `a` around
  /// it.
  void Open(Element element, const Attributes& attributes);
  void Close(Element element) {
    if (element == Element::kA) EndAnchor();
  }
  bool InAnchor() const { return anchor_ != kNone; }
  /// Text inside an `a`; outside of one it is dropped.
  /// `readable_end`: as of TextBuilder.
  void Characters(std::string_view text, const char* readable_end) {
    if (anchor_ != kNone) anchor_text_.Add(text, readable_end);
  }
  /// The boundary of a block: white space for an anchor text.
  void Space() { anchor_text_.Space(); }
  void AddRefresh(std::string_view url) { Add(LinkKind::kMetaRefresh, url, {}, {}); }

  /// Fills links, links_found and links_truncated. Left out is what does not resolve to http(s). `charset` is
  /// the page's: queries are in it.
  void Resolve(const Url& base, const NormalizeOptions& normalize, Charset charset, ParsedPage& page);

 private:
  struct RawLink {
    LinkKind kind;
    std::string_view href;
    std::string_view rel;
    std::string_view anchor;
    std::string_view hreflang;
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kMany = 128;  ///< more than most pages have

  void Add(LinkKind kind, std::string_view href, std::string_view rel, std::string_view anchor,
           std::string_view hreflang = {});
  void AddSource(LinkKind kind, const Attributes& attributes, Attribute attribute,
                 std::string_view anchor = {});
  void AddSrcset(LinkKind kind, std::string_view srcset, std::string_view anchor);
  void EndAnchor();
  std::string_view CleanRel(std::string_view rel);

  Arena& arena_;
  std::vector<RawLink> links_;
  std::uint32_t uncollected_ = 0;  ///< links past kMaxRawLinks
  std::size_t anchor_ = kNone;     ///< the link whose text is being gathered
  FoldedText anchor_text_;
};

}  // namespace trawl::parser
