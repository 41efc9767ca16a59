// First line: the Content-Type. The rest: the document.

#include <string>
#include <utility>
#include <vector>

#include "parser/charset.h"
#include "parser/document_kinds.h"
#include "parser/html_shape.h"
#include "parser/item_extractor.h"
#include "tests/fuzz/fuzz.h"

namespace trawl::test {
namespace {

using namespace parser;

// Encoding and decoding check every field against its limit.
ParsedPage Parse(const PageJob& job, Arena& arena) {
  arena.Reset();
  std::string frame;
  EncodeAnswer(ParseDocument(job, arena), frame);
  auto page = DecodeAnswer(std::vector<char>(frame.begin() + kFrameHeader, frame.end()));
  Require(page.has_value(), "what a worker makes of a page is an answer", job.body);
  return std::move(*page);
}

bool SameLinks(const ParsedPage& a, const ParsedPage& b) {
  if (a.links.size() != b.links.size() || a.links_found != b.links_found) return false;
  for (std::size_t i = 0; i < a.links.size(); ++i) {
    if (a.links[i].url != b.links[i].url || a.links[i].kind != b.links[i].kind ||
        a.links[i].rel != b.links[i].rel || a.links[i].anchor != b.links[i].anchor) {
      return false;
    }
  }
  return true;
}

const ItemExtractor& Extractor() {
  static const ItemExtractor extractor = [] {
    using config::FieldType;
    config::ItemRule each{.name = "a", .match = "", .each = "li, article, tr", .fields = {}};
    each.fields = {{.name = "text", .css = ":scope"},
                   {.name = "html", .css = "a:is([href], [id])", .type = FieldType::kHtml},
                   {.name = "number", .css = "b::text", .type = FieldType::kNumber, .list = true},
                   {.name = "path", .xpath = ".//*[@class]/@class | following-sibling::*[1]", .list = true}};
    config::ItemRule whole{.name = "b", .match = "", .each = "", .fields = {}};
    whole.fields = {{.name = "date", .css = "time", .type = FieldType::kDate},
                    {.name = "url", .css = "img", .type = FieldType::kUrl, .list = true},
                    {.name = "json", .css = "script", .type = FieldType::kJson},
                    {.name = "meta", .meta = "og:title"},
                    {.name = "ld", .jsonld = "Product.offers.price", .list = true},
                    {.name = "count", .xpath = "count(//p[last()])", .type = FieldType::kInteger}};
    std::vector<ItemRuleError> errors;
    ItemExtractor made({each, whole}, errors);
    Require(errors.empty(), "the rules compile");
    return made;
  }();
  return extractor;
}

// Items, statements and main content: what they are does not depend on what else is wanted.
void CheckExtracts(PageJob job, bool fits_tree, Arena& arena) {
  job.want_statements = true;
  const ParsedPage statements = Parse(job, arena);
  if (!fits_tree) return;
  job.want_structured = job.want_main = true;
  job.extractor = &Extractor();
  job.items = {0, 1};
  const ParsedPage page = Parse(job, arena);
  Require(page.items.size() <= kMaxItems, "items have their limit", job.body);
  const ParsedPage again = Parse(job, arena);
  Require(again.items.size() == page.items.size(), "the same bytes make the same items", job.body);
  for (std::size_t i = 0; i < page.items.size(); ++i)
    Require(again.items[i].data == page.items[i].data, "the same bytes make the same items", job.body);
}

void Check(PageJob job, Arena& arena) {
  const ParsedPage page = Parse(job, arena);
  Require(page.words <= page.text.size(), "no more words than bytes", job.body);
  Require(page.text.empty() || (page.text.back() != '\n' && page.text.front() != '\n'),
          "text begins and ends with text", job.body);
  const ParsedPage again = Parse(job, arena);
  Require(again.text == page.text && again.title == page.title && again.content_hash == page.content_hash &&
              SameLinks(page, again),
          "the same bytes make the same page", job.body);

  job.want_links = false;
  const ParsedPage without_links = Parse(job, arena);
  Require(without_links.links.empty() && without_links.text == page.text && without_links.title == page.title,
          "text and title do not depend on links", job.body);
  job.want_links = true;
  job.want_text = false;
  const ParsedPage without_text = Parse(job, arena);
  Require(without_text.text.empty() && SameLinks(page, without_text), "links do not depend on text",
          job.body);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  using namespace trawl::parser;
  if (size > (std::size_t{64} << 10)) return 0;
  static Arena arena(std::size_t{1} << 30);
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  PageJob job;
  job.content_type = TakeLine(rest).substr(0, kMaxContentType);
  job.url = "http://example.org/dir/page?query";
  job.body = DocumentBytes::Borrow(rest);
  job.product_tokens = {"trawl"};
  arena.Reset();
  // A document that does not fit a tree ends its worker, and would end this process.
  job.want_tree = ShapeOf(DecodeDocument(job.body, job.content_type, arena).utf8).fits_tree;
  if (job.want_tree) Check(job, arena);
  CheckExtracts(job, job.want_tree, arena);
  job.want_tree = false;
  Check(std::move(job), arena);
  return 0;
}
