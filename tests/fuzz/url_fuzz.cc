// First byte: options. First line: base. Every other line: a link of that page.

#include <string>
#include <utility>

#include "parser/fingerprint.h"
#include "parser/link_resolver.h"
#include "parser/normalize.h"
#include "parser/url.h"
#include "tests/fuzz/fuzz.h"

namespace trawl::test {
namespace {

using parser::NormalizeOptions;
using parser::Url;

NormalizeOptions OptionsOf(std::uint8_t bits) {
  NormalizeOptions options;
  options.sort_query = bits & 1;
  options.drop_session_ids = bits & 2;
  options.fold_trailing_slash = bits & 4;
  options.fold_index_page = bits & 8;
  if (bits & 16) options.drop_parameters = {"utm_*", "gclid"};
  if (bits & 32) options.max_length = 64;
  return options;
}

NormalizeOptions AnyLength() {
  NormalizeOptions options;
  options.max_length = std::string::npos;
  return options;
}

void CheckUrl(const Url& url) {
  const std::string_view href = url.Href();
  if (href.size() > Url::kMaxInput) return;
  const auto again = Url::Parse(href);
  Require(again.has_value(), "a serialised URL parses", href);
  Require(again->Href() == href, "parse(serialise(u)) == u", href);
  const auto same = [&](std::string_view (Url::*part)() const) {
    return ((*again).*part)() == (url.*part)();
  };
  Require(same(&Url::Username) && same(&Url::Password) && same(&Url::Host) && same(&Url::Hostname) &&
              same(&Url::Port) && same(&Url::Pathname) && same(&Url::Search) && same(&Url::Hash),
          "the parts of parse(serialise(u)) are those of u", href);
}

void CheckNormalized(const std::string& normalized, const NormalizeOptions& options) {
  if (normalized.size() > Url::kMaxInput) return;
  const auto url = Url::Parse(normalized);
  Require(url.has_value(), "a normalised URL parses", normalized);
  Require(url->Href() == normalized, "a normalised URL is its own serialisation", normalized);
  const auto again = Normalize(*url, options);
  Require(again.has_value() && *again == normalized, "normalise is idempotent", normalized);
  const auto plainly = Normalize(*url, AnyLength());
  Require(plainly.has_value() && *plainly == normalized, "what is folded is normal without folding",
          normalized);
  parser::UrlParts parts;
  Require(SplitNormalized(normalized, parts), "SplitNormalized accepts what Normalize makes", normalized);
  Require(std::string(parts.origin).append(parts.target) == normalized, "origin and target are the URL",
          normalized);
  Require(parts.host == url->Hostname() && parts.scheme == url->Scheme(), "SplitNormalized finds the host",
          normalized);
  const std::string port =
      url->Port().empty() ? (parts.scheme == "https" ? "443" : "80") : std::string(url->Port());
  Require(std::to_string(parts.port) == port, "SplitNormalized finds the port", normalized);
  Require(parser::FingerprintUrl(*again) == parser::FingerprintUrl(normalized), "one URL, one fingerprint",
          normalized);
}

void CheckSplit(std::string_view claim) {
  parser::UrlParts parts;
  if (!SplitNormalized(claim, parts)) return;
  const auto url = Url::Parse(claim);
  Require(url.has_value(), "SplitNormalized accepts URLs only", claim);
  const auto normalized = Normalize(*url, AnyLength());
  Require(normalized.has_value() && *normalized == claim, "SplitNormalized accepts only what Normalize makes",
          claim);
}

void CheckLink(parser::LinkResolver& resolver, std::string_view href, const Url& base,
               const NormalizeOptions& options) {
  const auto resolved = resolver.Resolve(href);
  const auto url = Url::Parse(href, &base);
  if (!url) {
    Require(!resolved && resolved.error() == url.error(), "LinkResolver fails as Parse does", href);
    return;
  }
  CheckUrl(*url);
  const auto normalized = Normalize(*url, options);
  if (!normalized) {
    Require(!resolved && resolved.error() == normalized.error(), "LinkResolver fails as Normalize does",
            href);
    return;
  }
  Require(resolved.has_value() && *resolved == *normalized,
          "LinkResolver gives what Parse and Normalize give", href);
  CheckNormalized(*normalized, options);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  if (size == 0) return 0;
  const NormalizeOptions options = OptionsOf(bytes[0]);
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::string_view first = TakeLine(rest);
  CheckSplit(first);
  const auto base = Url::Parse(first);
  if (!base) return 0;
  CheckUrl(*base);
  trawl::parser::LinkResolver resolver(*base, options);
  while (!rest.empty()) {
    const std::string_view href = TakeLine(rest);
    CheckSplit(href);
    CheckLink(resolver, href, *base, options);
  }
  return 0;
}
