#include "crawler/cli/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdint>

#include "parser/json_text.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kMaxDepth = 64;

constexpr std::array<int, 256> MakeBase64Values() {
  std::array<int, 256> values{};
  for (auto& value : values) value = -1;
  int next = 0;
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")) {
    values[static_cast<unsigned char>(c)] = next++;
  }
  return values;
}

constexpr std::array<int, 256> kBase64Values = MakeBase64Values();

// As Boost serializes, but for doubles, which it always gives an exponent (1.25E1). As deep as the value,
// which is what this program builds around what ParseJson lets through.
void Append(const json::value& value, std::string& out) {
  if (const double* const number = value.if_double()) {
    parser::AppendJsonNumber(*number, out);
  } else if (const json::object* const object = value.if_object()) {
    char before = '{';
    for (const auto& [key, member] : *object) {
      out += before;
      parser::AppendJsonString({key.data(), key.size()}, out);
      out += ':';
      Append(member, out);
      before = ',';
    }
    out += object->empty() ? "{}" : "}";
  } else if (const json::array* const array = value.if_array()) {
    char before = '[';
    for (const json::value& member : *array) {
      out += before;
      Append(member, out);
      before = ',';
    }
    out += array->empty() ? "[]" : "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

Result<json::value> ParseJson(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::error_code error;
  auto value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return error;
  return value;
}

std::string ToJson(const json::value& value) {
  std::string out;
  Append(value, out);
  return out;
}

std::optional<std::string_view> StringAt(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains({key.data(), key.size()});
  const json::string* const string = value ? value->if_string() : nullptr;
  if (!string) return std::nullopt;
  return std::string_view(string->data(), string->size());
}

std::optional<std::string> BytesAt(const json::object& object, std::string_view text_key,
                                   std::string_view base64_key) {
  if (const auto text = StringAt(object, text_key)) return std::string(*text);
  const auto encoded = StringAt(object, base64_key);
  return encoded ? DecodeBase64(*encoded) : std::nullopt;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 == 0) {
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    buffer = buffer << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>(buffer >> bits & 0xff));
  }
  return bytes;
}

}  // namespace trawl::crawler
