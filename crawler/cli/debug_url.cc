#include "crawler/cli/debug_url.h"

#include <optional>

#include "parser/idna.h"
#include "parser/link_resolver.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

json::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

json::object Failure() {
  return {{"failure", true}};
}

/// The URL under "base", which may be absent or null; false when it is there and no URL.
bool ReadBase(const json::object& in, std::optional<parser::Url>& base) {
  const auto text = StringAt(in, "base");
  if (!text) return true;
  auto parsed = parser::Url::Parse(*text);
  if (!parsed) return false;
  base = std::move(*parsed);
  return true;
}

}  // namespace

json::object DebugUrl(const json::object& in, DebugContext&) {
  const auto input = StringAt(in, "input");
  if (!input) return DebugError("\"input\" must be a string");
  std::optional<parser::Url> base;
  if (!ReadBase(in, base)) return Failure();
  const auto url = parser::Url::Parse(*input, base ? &*base : nullptr);
  if (!url) return Failure();
  return {{"href", View(url->Href())},         {"protocol", View(url->Protocol())},
          {"username", View(url->Username())}, {"password", View(url->Password())},
          {"host", View(url->Host())},         {"hostname", View(url->Hostname())},
          {"port", View(url->Port())},         {"pathname", View(url->Pathname())},
          {"search", View(url->Search())},     {"hash", View(url->Hash())}};
}

json::object DebugIdna(const json::object& in, DebugContext&) {
  const auto input = StringAt(in, "input");
  if (!input) return DebugError("\"input\" must be a string");
  const auto ascii = parser::DomainToAscii(*input);
  if (!ascii) return Failure();
  return {{"output", View(*ascii)}};
}

json::object DebugNormalize(const json::object& in, DebugContext& context) {
  const auto input = StringAt(in, "in");
  if (!input) return DebugError("\"in\" must be a string");
  std::optional<parser::Url> base;
  if (!ReadBase(in, base)) return {{"out", nullptr}};
  if (!base) {
    const auto url = parser::Url::Parse(*input);
    if (!url) return {{"out", nullptr}};
    base = *url;
  }
  parser::LinkResolver resolver(*base, context.normalize);
  const auto normalized = resolver.Resolve(*input);
  if (!normalized) return {{"out", nullptr}};
  return {{"out", View(*normalized)}};
}

}  // namespace trawl::crawler
