#include "parser/sitemap.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "parser/date_text.h"
#include "parser/link_resolver.h"
#include "parser/url.h"
#include "parser/xml_reader.h"

namespace trawl::parser {
namespace {

using EntryRole = SitemapEntry::Role;

constexpr std::size_t kMaxField = 16 * 1024;  ///< bytes of one element's text that are kept
constexpr std::size_t kMaxDepth = 64;         ///< open elements that are remembered

constexpr std::pair<std::string_view, ChangeFrequency> kFrequencies[] = {
    {"always", ChangeFrequency::kAlways},   {"hourly", ChangeFrequency::kHourly},
    {"daily", ChangeFrequency::kDaily},     {"weekly", ChangeFrequency::kWeekly},
    {"monthly", ChangeFrequency::kMonthly}, {"yearly", ChangeFrequency::kYearly},
    {"never", ChangeFrequency::kNever}};

bool IsBlankByte(char c) {
  return static_cast<unsigned char>(c) <= 0x20;
}

/// Without white space at both ends, also that of Unicode, which editors leave there.
std::string_view TrimWide(std::string_view text) {
  constexpr std::string_view kWide[] = {
      "\xC2\xA0",     "\xEF\xBB\xBF", "\xE3\x80\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
      "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
      "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\x8B", "\xE2\x80\xAF", "\xE2\x81\x9F"};
  for (bool again = true; again && !text.empty();) {
    again = false;
    while (!text.empty() && IsBlankByte(text.front())) text.remove_prefix(1);
    while (!text.empty() && IsBlankByte(text.back())) text.remove_suffix(1);
    for (const std::string_view blank : kWide) {
      if (text.starts_with(blank)) text.remove_prefix(blank.size()), again = true;
      if (text.ends_with(blank)) text.remove_suffix(blank.size()), again = true;
    }
  }
  return text;
}

/// "0.8" as 80; nothing when it is no number from 0 to 1.
std::optional<std::uint8_t> ReadPriority(std::string_view text) {
  const std::string number(TrimWide(text).substr(0, 16));
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (end == number.c_str() || *end != '\0' || !(value >= 0 && value <= 1)) return std::nullopt;
  return static_cast<std::uint8_t>(std::lround(value * 100));
}

/// Collects the URLs of one document.
class Entries {
 public:
  Entries(const Url& base, const NormalizeOptions& options, Sitemap& out)
      : resolver_(base, options), out_(out) {}

  void Add(std::string_view href, const SitemapEntry& like) {
    href = TrimWide(href);
    if (href.empty()) return;
    const auto url = resolver_.Resolve(href);
    if (!url) return;
    if (out_.entries.size() == Sitemap::kMaxEntries) {
      out_.truncated = true;
      return;
    }
    out_.entries.push_back(like);
    out_.entries.back().url = *url;
  }

 private:
  LinkResolver resolver_;
  Sitemap& out_;
};

/// Tells sitemaps and feeds apart by their root, and items of them by the names that each uses.
class SitemapSink final : public XmlSink {
 public:
  SitemapSink(Entries& entries, Sitemap& out) : entries_(entries), out_(out) {}

  void OnStart(std::string_view name, const Attributes& attributes) override {
    if (out_.kind == SitemapKind::kNone && open_.empty()) {
      out_.kind = KindOf(name);
      foreign_ = foreign_ || out_.kind == SitemapKind::kNone;
    }
    if (IsItem(name)) BeginItem();
    if (open_.size() < kMaxDepth) open_.emplace_back(name);
    text_.clear();
    if (!in_item_) return;
    if (name == "link" && HasHref(attributes)) OnLink(attributes);
    if (name == "enclosure" || name == "content") {
      if (const std::string_view url = ValueOf(attributes, "url"); !url.empty())
        AddRole(url, EntryRole::kMedia);
    }
  }

  void OnText(std::string_view text) override {
    if (!in_item_) return;
    text_.append(text.substr(0, kMaxField - std::min(kMaxField, text_.size())));
    // A URL right inside the item, which some generators write.
    if (!open_.empty() && IsItem(open_.back()))
      bare_.append(text.substr(0, kMaxField - std::min(kMaxField, bare_.size())));
  }

  void OnEnd(std::string_view name) override {
    const std::string innermost = open_.empty() ? std::string() : open_.back();
    if (name.empty()) name = innermost;
    if (in_item_ && IsItem(name)) {
      if (name == "url" && TrimWide(loc_).empty() && !TrimWide(text_).empty() && Inside("loc")) {
        loc_ = text_;  // <loc><url>http://...</url></loc>
      } else {
        EndItem();
      }
    } else if (in_item_) {
      OnField(name);
    }
    if (!open_.empty() && open_.back() == name) open_.pop_back();
    text_.clear();
  }

  /// The document is over; an item that was never closed counts.
  void Finish() {
    if (in_item_) EndItem();
  }
  bool foreign() const { return foreign_; }

 private:
  static SitemapKind KindOf(std::string_view root) {
    if (root == "urlset") return SitemapKind::kXml;
    if (root == "sitemapindex") return SitemapKind::kIndex;
    if (root == "rss" || root == "RDF") return SitemapKind::kRss;
    if (root == "feed") return SitemapKind::kAtom;
    return SitemapKind::kNone;
  }
  bool IsItem(std::string_view name) const {
    switch (out_.kind) {
      case SitemapKind::kXml:
        return name == "url";
      case SitemapKind::kIndex:
        return name == "sitemap";
      case SitemapKind::kRss:
        return name == "item";
      case SitemapKind::kAtom:
        return name == "entry";
      default:
        return false;
    }
  }
  bool Inside(std::string_view name) const {
    return std::find(open_.begin(), open_.end(), name) != open_.end();
  }
  static std::string_view ValueOf(const Attributes& attributes, std::string_view name) {
    for (const auto& [key, value] : attributes) {
      if (key == name) return value;
    }
    return {};
  }
  static bool HasHref(const Attributes& attributes) { return !ValueOf(attributes, "href").empty(); }

  void BeginItem() {
    if (in_item_ && (Inside("loc") || TrimWide(loc_).empty())) return;  // <loc><url>: the same item
    if (in_item_) EndItem();
    in_item_ = true;
  }

  void EndItem() {
    in_item_ = false;
    item_.role = out_.kind == SitemapKind::kIndex ? EntryRole::kSitemap : EntryRole::kPage;
    const std::string_view loc = !TrimWide(loc_).empty() ? loc_ : !TrimWide(guid_).empty() ? guid_ : bare_;
    entries_.Add(loc, item_);
    for (const auto& [url, role] : others_) {
      SitemapEntry other;
      other.role = role;
      entries_.Add(url, other);
    }
    item_ = {};
    loc_.clear();
    guid_.clear();
    bare_.clear();
    others_.clear();
  }

  void AddRole(std::string_view url, EntryRole role) {
    if (others_.size() < 1000) others_.emplace_back(std::string(url.substr(0, kMaxField)), role);
  }

  void OnLink(const Attributes& attributes) {
    const std::string_view rel = ValueOf(attributes, "rel"), href = ValueOf(attributes, "href");
    if (out_.kind == SitemapKind::kXml) {
      if (rel == "alternate") AddRole(href, EntryRole::kAlternate);  // a language of it
    } else if (rel == "enclosure") {
      AddRole(href, EntryRole::kMedia);
    } else if ((rel.empty() || rel == "alternate") && TrimWide(loc_).empty()) {
      loc_ = href.substr(0, kMaxField);
    }
  }

  void OnField(std::string_view name) {
    const bool feed = out_.kind == SitemapKind::kRss || out_.kind == SitemapKind::kAtom;
    if (feed) {
      if (name == "link" && TrimWide(loc_).empty()) loc_ = text_;
      if (name == "guid" && TrimWide(text_).find("://") != std::string_view::npos) guid_ = text_;
      if (name == "pubDate" || name == "date" || name == "updated" || name == "published" ||
          name == "modified") {
        std::optional<Instant> at = ReadW3cDate(text_);
        if (!at) at = ReadRfc822Date(text_);
        if (at && (!item_.lastmod || *at > *item_.lastmod)) item_.lastmod = at;
      }
      return;
    }
    if (name == "loc") {
      if (Inside("image")) {
        AddRole(text_, EntryRole::kImage);
      } else {
        if (!TrimWide(loc_).empty()) {  // two in one item: each is one
          EndItem();
          in_item_ = true;
        }
        loc_ = text_;
      }
    } else if (name == "content_loc" || name == "player_loc") {
      AddRole(text_, EntryRole::kVideo);
    } else if (name == "thumbnail_loc") {
      AddRole(text_, EntryRole::kImage);
    } else if (name == "lastmod") {
      item_.lastmod = ReadW3cDate(text_);
    } else if (name == "publication_date" && !item_.lastmod) {
      item_.lastmod = ReadW3cDate(text_);
    } else if (name == "changefreq") {
      std::string word(TrimWide(text_));
      std::transform(word.begin(), word.end(), word.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
      for (const auto& [text, frequency] : kFrequencies) {
        if (word == text) item_.frequency = frequency;
      }
    } else if (name == "priority") {
      item_.priority = ReadPriority(text_).value_or(item_.priority);
    }
  }

  Entries& entries_;
  Sitemap& out_;
  std::vector<std::string> open_;
  std::string text_, loc_, guid_, bare_;
  std::vector<std::pair<std::string, EntryRole>> others_;
  SitemapEntry item_;
  bool in_item_ = false;
  bool foreign_ = false;  ///< the root is that of another kind of document
};

void ReadText(std::string_view text, Entries& entries, Sitemap& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = TrimWide(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("http://") || line.starts_with("https://")) entries.Add(line, {});
  }
  if (out.entries.empty()) {
    out.error = "neither XML nor a list of URLs";
  } else {
    out.kind = SitemapKind::kText;
  }
}

}  // namespace

std::string_view Name(SitemapKind kind) {
  constexpr std::string_view kNames[] = {"", "xml", "index", "text", "rss", "atom"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view Name(ChangeFrequency frequency) {
  for (const auto& [text, value] : kFrequencies) {
    if (value == frequency) return text;
  }
  return {};
}

Sitemap ReadSitemap(std::string_view utf8, std::string_view url, const NormalizeOptions& options) {
  Sitemap sitemap;
  const Result<Url> base = Url::Parse(url);
  if (!base) {
    sitemap.error = "its own URL is none";
    return sitemap;
  }
  Entries entries(*base, options, sitemap);
  utf8 = TrimWide(utf8);
  if (!utf8.starts_with('<')) {
    ReadText(utf8, entries, sitemap);
    return sitemap;
  }
  SitemapSink sink(entries, sitemap);
  const XmlEnd end = ReadXml(utf8, sink);
  if (end == XmlEnd::kEntities) {
    Sitemap refused;
    refused.error = "it declares entities";
    return refused;
  }
  sink.Finish();
  if (sitemap.kind == SitemapKind::kNone || sink.foreign()) {
    Sitemap refused;
    refused.error = "XML, but neither a sitemap nor a feed";
    return refused;
  }
  if (end == XmlEnd::kBroken) sitemap.error = "not well-formed: what was readable was read";
  return sitemap;
}

}  // namespace trawl::parser
