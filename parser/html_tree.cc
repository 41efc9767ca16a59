#include "parser/html_tree.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "parser/html_shape.h"

namespace trawl::parser {
namespace {

// Bytes of a document up to which its size says well enough how many nodes it has.
constexpr std::size_t kUsual = std::size_t{1} << 20;

void* AllocateFrom(void* arena, std::size_t size) {
  return static_cast<Arena*>(arena)->Allocate(size);
}
void FreeTo(void* arena, void* pointer) {
  static_cast<Arena*>(arena)->Free(pointer);
}

std::string_view Lower(std::string_view name, Arena& arena) {
  if (std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return name;
  char* const lower = static_cast<char*>(arena.Allocate(name.size()));
  std::transform(name.begin(), name.end(), lower, ToAsciiLower);
  return {lower, name.size()};
}

std::string_view NameOf(const GumboElement& element, Arena& arena) {
  if (element.tag != GUMBO_TAG_UNKNOWN && element.tag_namespace != GUMBO_NAMESPACE_SVG) {
    return gumbo_normalized_tagname(element.tag);
  }
  GumboStringPiece piece = element.original_tag;
  if (piece.length == 0) {
    return element.tag == GUMBO_TAG_UNKNOWN ? std::string_view() : gumbo_normalized_tagname(element.tag);
  }
  gumbo_tag_from_original_text(&piece);
  if (element.tag_namespace == GUMBO_NAMESPACE_SVG) {
    if (const char* const adjusted = gumbo_normalize_svg_tagname(&piece)) return adjusted;
  }
  return Lower({piece.data, piece.length}, arena);
}

// Where the element's markup ends: behind its end tag, or where the tree builder closed it.
std::size_t SourceEnd(const GumboElement& element, std::string_view html) {
  if (element.original_end_tag.length > 0) {
    return static_cast<std::size_t>(element.original_end_tag.data - html.data()) +
           element.original_end_tag.length;
  }
  const std::size_t begin =
      static_cast<std::size_t>(element.original_tag.data - html.data()) + element.original_tag.length;
  return std::max<std::size_t>(begin, std::min<std::size_t>(element.end_pos.offset, html.size()));
}

void Open(const GumboElement& element, std::string_view html, Tree& tree) {
  tree.Open(NameOf(element, tree.arena()), element.tag_namespace == GUMBO_NAMESPACE_HTML);
  if (element.original_tag.length > 0) {
    tree.SetSource(static_cast<std::size_t>(element.original_tag.data - html.data()),
                   SourceEnd(element, html));
  }
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto* const attribute = static_cast<const GumboAttribute*>(element.attributes.data[i]);
    tree.AddAttribute(
        {attribute->name, attribute->value, attribute->attr_namespace != GUMBO_ATTR_NAMESPACE_NONE});
  }
}

struct OutlineFrame {
  const GumboVector* children;
  unsigned next_child;
};

// In document order, without the content of a <template>: open(element), text(text) and close().
template <class Open, class Text, class Close>
void WalkOutline(const GumboNode* root, Open open, Text text, Close close) {
  static constexpr GumboVector kNoChildren{};
  std::vector<OutlineFrame> stack;
  stack.reserve(64);
  const auto enter = [&](const GumboNode* node) {
    open(node->v.element);
    stack.push_back({node->type == GUMBO_NODE_TEMPLATE ? &kNoChildren : &node->v.element.children, 0});
  };
  enter(root);
  while (!stack.empty()) {
    OutlineFrame& frame = stack.back();
    if (frame.next_child == frame.children->length) {
      close();
      stack.pop_back();
      continue;
    }
    const auto* const child = static_cast<const GumboNode*>(frame.children->data[frame.next_child++]);
    switch (child->type) {
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE:
        enter(child);
        break;
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        text(child->v.text.text);
        break;
      default:
        break;
    }
  }
}

// Of a large document the nodes are counted: room for one that is not there, or that grows by doubling, can
// be more than a worker has left.
void Reserve(const GumboNode* root, std::size_t bytes, Tree& tree) {
  if (bytes <= kUsual) return tree.Reserve(bytes / 32, bytes / 32, bytes / 32);
  std::size_t elements = 0, attributes = 0, texts = 0;
  const auto open = [&](const GumboElement& element) {
    ++elements;
    attributes += element.attributes.length;
  };
  WalkOutline(
      root, open, [&](const char*) { ++texts; }, [] {});
  tree.Reserve(elements, attributes, texts);
}

}  // namespace

const GumboOutput* ParseToGumbo(std::string_view html, Arena& arena) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = AllocateFrom;
  options.deallocator = FreeTo;
  options.userdata = &arena;
  options.max_errors = 0;
  return gumbo_parse_with_options(&options, html.data(), html.size());
}

Tree FlattenTree(const GumboOutput& output, std::string_view html, Arena& arena) {
  const bool quirks = output.document->v.document.doc_type_quirks_mode == GUMBO_DOCTYPE_QUIRKS;
  Tree tree(html, quirks, arena);
  Reserve(output.root, html.size(), tree);
  WalkOutline(
      output.root, [&](const GumboElement& element) { Open(element, html, tree); },
      [&](const char* text) { tree.AddText(text); }, [&] { tree.Close(); });
  return tree;
}

Tree BuildTree(std::string_view html, Arena& arena) {
  if (!ShapeOf(html).fits_tree) Arena::ExitAtLimit();
  return FlattenTree(*ParseToGumbo(html, arena), html, arena);
}

}  // namespace trawl::parser
