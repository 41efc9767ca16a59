#include "parser/wire_rules.h"

#include <algorithm>

#include "config/load.h"
#include "parser/byte_cursor.h"
#include "parser/wire.h"

// The format:
//
//   rules   = count:u16 rule * count
//   rule    = fields:u16 text field * fields                      text: the selector `each`
//   field   = type:u8 flags:u8 text * 8        name, css, xpath, meta, jsonld, attr, regex, default
//   flags   = 1 list | 2 required | 4 has a default
//   text    = size:u16 bytes

namespace trawl::parser {
namespace {

constexpr std::size_t kMaxRuleText = 8192;
enum FieldFlag : std::uint8_t { kList = 1, kRequired = 2, kDefault = 4, kAllFieldFlags = 7 };

void PutText(ByteWriter& writer, std::string_view text) {
  text = text.substr(0, kMaxRuleText);
  writer.U16(static_cast<std::uint16_t>(text.size()));
  writer.Bytes(text);
}

std::string TakeText(ByteReader& reader) {
  return std::string(reader.Bytes(reader.AtMost<std::uint16_t>(kMaxRuleText)));
}

config::ItemField TakeField(ByteReader& reader) {
  config::ItemField field;
  field.type = static_cast<config::FieldType>(
      reader.AtMost<std::uint8_t>(static_cast<std::uint8_t>(config::FieldType::kHtml)));
  const auto flags = reader.AtMost<std::uint8_t>(kAllFieldFlags);
  for (std::string* text :
       {&field.name, &field.css, &field.xpath, &field.meta, &field.jsonld, &field.attr, &field.regex})
    *text = TakeText(reader);
  std::string fallback = TakeText(reader);
  field.list = (flags & kList) != 0;
  field.required = (flags & kRequired) != 0;
  if ((flags & kDefault) != 0) {
    field.fallback = std::move(fallback);
  } else if (!fallback.empty()) {
    reader.Fail(ParserErrc::kBadFrame);
  }
  return field;
}

}  // namespace

std::string EncodeRules(const std::vector<config::ItemRule>& rules) {
  std::string frame;
  ByteWriter writer(frame);
  writer.U8(kWireVersion);
  writer.U8(static_cast<std::uint8_t>(FrameType::kRules));
  writer.U16(0);
  writer.U32(0);
  writer.U16(static_cast<std::uint16_t>(rules.size()));
  for (const config::ItemRule& rule : rules) {
    writer.U16(static_cast<std::uint16_t>(rule.fields.size()));
    PutText(writer, rule.each);
    for (const config::ItemField& field : rule.fields) {
      writer.U8(static_cast<std::uint8_t>(field.type));
      writer.U8(static_cast<std::uint8_t>((field.list ? kList : 0) | (field.required ? kRequired : 0) |
                                          (field.fallback ? kDefault : 0)));
      for (const std::string_view text :
           {std::string_view(field.name), std::string_view(field.css), std::string_view(field.xpath),
            std::string_view(field.meta), std::string_view(field.jsonld), std::string_view(field.attr),
            std::string_view(field.regex)})
        PutText(writer, text);
      PutText(writer, field.fallback ? std::string_view(*field.fallback) : std::string_view());
    }
  }
  writer.PutU32At(kFrameHeader - 4, static_cast<std::uint32_t>(frame.size() - kFrameHeader));
  return frame;
}

Result<std::vector<config::ItemRule>> DecodeRules(std::string_view payload) {
  ByteReader reader(payload);
  const auto count = reader.AtMost<std::uint16_t>(config::kMaxAllItemRules);
  std::vector<config::ItemRule> rules;
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    config::ItemRule& rule = rules.emplace_back();
    const auto fields = reader.AtMost<std::uint16_t>(config::kMaxItemFields);
    rule.each = TakeText(reader);
    for (std::size_t n = 0; n < fields && reader.ok(); ++n) rule.fields.push_back(TakeField(reader));
  }
  if (const ParserErrc error = reader.Finish(); error != ParserErrc::kOk) return error;
  return rules;
}

}  // namespace trawl::parser
