#include "parser/html.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "parser/ascii.h"
#include "parser/html_page.h"
#include "parser/html_shape.h"
#include "parser/html_tree.h"
#include "parser/item_extractor.h"
#include "parser/main_content.h"
#include "parser/structured.h"
#include "parser/url.h"

namespace trawl::parser {
namespace {

constexpr Element ElementOf(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_HTML:
      return Element::kHtml;
    case GUMBO_TAG_TITLE:
      return Element::kTitle;
    case GUMBO_TAG_BASE:
      return Element::kBase;
    case GUMBO_TAG_LINK:
      return Element::kLink;
    case GUMBO_TAG_META:
      return Element::kMeta;
    case GUMBO_TAG_SCRIPT:
      return Element::kScript;
    case GUMBO_TAG_NOSCRIPT:
      return Element::kNoscript;
    case GUMBO_TAG_A:
      return Element::kA;
    case GUMBO_TAG_AREA:
      return Element::kArea;
    case GUMBO_TAG_IMG:
      return Element::kImg;
    case GUMBO_TAG_INPUT:
      return Element::kInput;
    case GUMBO_TAG_SOURCE:
      return Element::kSource;
    case GUMBO_TAG_IFRAME:
      return Element::kIframe;
    case GUMBO_TAG_FRAME:
      return Element::kFrame;
    case GUMBO_TAG_AUDIO:
      return Element::kAudio;
    case GUMBO_TAG_VIDEO:
      return Element::kVideo;
    case GUMBO_TAG_TRACK:
      return Element::kTrack;
    case GUMBO_TAG_EMBED:
      return Element::kEmbed;
    case GUMBO_TAG_OBJECT:
      return Element::kObject;
    case GUMBO_TAG_FORM:
      return Element::kForm;
    case GUMBO_TAG_BR:
      return Element::kBr;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
      return Element::kCell;
    case GUMBO_TAG_H1:
      return Element::kH1;
    case GUMBO_TAG_H2:
      return Element::kH2;
    case GUMBO_TAG_H3:
      return Element::kH3;
    case GUMBO_TAG_H4:
      return Element::kH4;
    case GUMBO_TAG_H5:
      return Element::kH5;
    case GUMBO_TAG_H6:
      return Element::kH6;
    case GUMBO_TAG_P:
    case GUMBO_TAG_BLOCKQUOTE:
      return Element::kParagraph;
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_XMP:
    case GUMBO_TAG_PLAINTEXT:
    case GUMBO_TAG_TEXTAREA:
      return Element::kPreformatted;
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_RP:
      return Element::kHidden;
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_DIR:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_HGROUP:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_OPTGROUP:
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_UL:
      return Element::kBlock;
    default:
      return Element::kOther;
  }
}

constexpr std::array<Element, GUMBO_TAG_LAST> MakeElements() {
  std::array<Element, GUMBO_TAG_LAST> elements{};
  for (int tag = 0; tag < GUMBO_TAG_LAST; ++tag) elements[tag] = ElementOf(static_cast<GumboTag>(tag));
  return elements;
}
constexpr std::array<Element, GUMBO_TAG_LAST> kElements = MakeElements();

// Elements younger than this version of gumbo.
Element UnknownElement(const GumboElement& element) {
  GumboStringPiece piece = element.original_tag;
  if (piece.length == 0) return Element::kOther;
  gumbo_tag_from_original_text(&piece);
  const std::string_view name(piece.data, piece.length);
  if (EqualsIgnoringCase(name, "dialog")) return Element::kDialog;
  if (EqualsIgnoringCase(name, "search")) return Element::kBlock;
  return Element::kOther;
}

Element ElementOf(const GumboElement& element) {
  if (element.tag_namespace == GUMBO_NAMESPACE_HTML) {
    return element.tag == GUMBO_TAG_UNKNOWN ? UnknownElement(element) : kElements[element.tag];
  }
  switch (element.tag) {
    case GUMBO_TAG_A:
      return Element::kA;
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_DESC:
      return Element::kHidden;
    default:
      return Element::kOther;
  }
}

void ReadAttributes(const GumboElement& element, Attributes& attributes) {
  attributes.Clear();
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto* const source = static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const Attribute attribute = Attributes::Named(source->name);
    if (attribute != Attribute::kCount) attributes.Set(attribute, source->value);
  }
}

// Tells what lies inside a <noscript> by where it stands in the source: a tree in which scripts do not run
// has some of it elsewhere.
class Noscripts {
 public:
  explicit Noscripts(const std::vector<std::string_view>& ranges) : ranges_(ranges) {}

  bool Contain(const char* source) const {
    if (ranges_.empty() || source == nullptr) return false;
    const auto behind =
        std::upper_bound(ranges_.begin(), ranges_.end(), source,
                         [](const char* at, std::string_view range) { return at < range.data(); });
    return behind != ranges_.begin() && source < behind[-1].data() + behind[-1].size();
  }

 private:
  const std::vector<std::string_view>& ranges_;
};

struct Frame {
  const GumboElement* node;
  Element element;
  unsigned next_child;
};

// Tells the tree to the builder. The stack is ours: a document must not choose how deep we recurse.
void Walk(const GumboNode* root, const Noscripts& noscripts, PageBuilder& builder) {
  std::vector<Frame> stack;
  stack.reserve(64);
  Attributes attributes;
  const auto enter = [&](const GumboNode* node) {
    const GumboElement& element = node->v.element;
    const Element kind = ElementOf(element);
    ReadAttributes(element, attributes);
    builder.SetNoscript(noscripts.Contain(element.original_tag.data));
    builder.Open(kind, attributes);
    stack.push_back({&element, kind, 0});
  };
  enter(root);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next_child == frame.node->children.length) {
      builder.Close(frame.element);
      stack.pop_back();
      continue;
    }
    const auto* const child = static_cast<const GumboNode*>(frame.node->children.data[frame.next_child++]);
    switch (child->type) {
      case GUMBO_NODE_ELEMENT:
        enter(child);
        break;
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        builder.SetNoscript(noscripts.Contain(child->v.text.original_text.data));
        builder.Characters(child->v.text.text);
        break;
      default:
        break;  // comments; the content of a template is inert
    }
  }
}

// What a scan cannot tell.
void ReadMore(const PageJob& job, const Tree& tree, Arena& arena, ParsedPage& page) {
  if (job.want_main) page.main = arena.Copy(ReadMainContent(tree, kMaxMain));
  const auto base = Url::Parse(page.base.empty() ? std::string_view(job.url) : page.base);
  if (!base) return;
  if (job.want_structured) ReadStructured(tree, *base, arena, page);
  if (job.want_statements) ReadMicrodataStatements(tree, *base, arena, page);
  if (job.extractor != nullptr) job.extractor->Extract(tree, *base, job.items, arena, page);
}

}  // namespace

ParsedPage ParseHtml(const PageJob& job, std::string_view html, Charset charset, Arena& arena) {
  const HtmlShape shape = ShapeOf(html);
  if (!shape.fits_tree) Arena::ExitAtLimit();
  const GumboOutput* const output = ParseToGumbo(html, arena);
  PageBuilder builder(job, charset, html, arena);
  Walk(output->root, Noscripts(shape.noscripts), builder);
  ParsedPage page = builder.Finish();
  if (job.want_main || job.want_structured || job.want_statements || !job.items.empty())
    ReadMore(job, FlattenTree(*output, html, arena), arena, page);
  return page;
}

}  // namespace trawl::parser
