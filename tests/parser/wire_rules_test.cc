#include "parser/wire_rules.h"

#include <cstring>
#include <string>

#include "config/load.h"
#include "parser/error.h"
#include "parser/wire.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::parser;

namespace {

std::vector<config::ItemRule> SampleRules() {
  config::ItemRule product;
  product.each = "li.product";
  product.fields = {{.name = "title", .css = "h2"},
                    {.name = "price",
                     .css = ".price",
                     .attr = "data-x",
                     .regex = "([0-9]+)",
                     .type = config::FieldType::kNumber,
                     .required = true,
                     .fallback = "0"},
                    {.name = "weight", .xpath = ".//dd[1]", .attr = "title"},
                    {.name = "brand", .jsonld = "Product.brand", .list = true, .fallback = ""},
                    {.name = "at", .meta = "date", .type = config::FieldType::kHtml}};
  return {product, {}};
}

std::string Payload(const std::vector<config::ItemRule>& rules) {
  return EncodeRules(rules).substr(kFrameHeader);
}

}  // namespace

TEST_CASE("Item rules come out as they went in, without names and matches") {
  std::vector<config::ItemRule> rules = SampleRules();
  const auto decoded = DecodeRules(Payload(rules));
  REQUIRE(decoded.has_value());
  CHECK(*decoded == rules);
  rules[0].name = "product";
  rules[0].match = "/p/";
  CHECK(Payload(rules) == Payload(SampleRules()));
  CHECK(DecodeRules(Payload({}))->empty());
}

TEST_CASE("Rules come where a job is expected, and nowhere else") {
  const std::string frame = EncodeRules(SampleRules());
  const auto header = DecodeFrameHeader(frame.substr(0, kFrameHeader), FrameType::kJob);
  REQUIRE(header.has_value());
  CHECK(header->type == FrameType::kRules);
  CHECK(header->size == frame.size() - kFrameHeader);
  CHECK(DecodeFrameHeader(frame.substr(0, kFrameHeader), FrameType::kAnswer).error() ==
        ParserErrc::kBadFrame);
  std::string too_long = frame.substr(0, kFrameHeader);
  const auto size = static_cast<std::uint32_t>(kMaxRulesFrame);
  std::memcpy(too_long.data() + 4, &size, sizeof size);
  CHECK(DecodeFrameHeader(too_long, FrameType::kJob).has_value());
  const std::uint32_t more = size + 1;
  std::memcpy(too_long.data() + 4, &more, sizeof more);
  CHECK(DecodeFrameHeader(too_long, FrameType::kJob).error() == ParserErrc::kBadFrame);
}

TEST_CASE("Rules cut off at any byte, or a byte too long, are refused") {
  const std::string payload = Payload(SampleRules());
  for (std::size_t size = 0; size < payload.size(); ++size) {
    INFO("cut at " << size);
    CHECK(DecodeRules(std::string_view(payload).substr(0, size)).error() == ParserErrc::kTruncatedFrame);
  }
  CHECK(DecodeRules(payload + "x").error() == ParserErrc::kTrailingBytes);
}

TEST_CASE("Unknown types, flags and counts of rules are refused") {
  const std::string payload = Payload(SampleRules());
  const auto patched = [&](std::size_t at, char value) {
    std::string changed = payload;
    changed[at] = value;
    return DecodeRules(changed).error();
  };
  const std::size_t field = 2 + 2 + 2 + std::strlen("li.product");  // behind count, fields and each
  CHECK(patched(field, 8) == ParserErrc::kBadFrame);
  CHECK(patched(field + 1, 8) == ParserErrc::kBadFrame);
  CHECK(patched(1, '\x04') == ParserErrc::kBadFrame);  // 1026 rules
  CHECK(patched(2, 101) == ParserErrc::kBadFrame);
}

TEST_CASE("As many rules and fields as a configuration may have cross") {
  config::ItemRule rule;
  rule.fields.assign(config::kMaxItemFields, {.name = "f", .css = "p"});
  const std::vector<config::ItemRule> rules(config::kMaxAllItemRules, rule);
  const auto decoded = DecodeRules(Payload(rules));
  REQUIRE(decoded.has_value());
  CHECK(decoded->size() == config::kMaxAllItemRules);
  CHECK(decoded->back() == rule);
}
