// The words that people read for what crosses as a number.

#include "parser/wire.h"

namespace trawl::parser {

std::string_view Name(LinkKind kind) {
  switch (kind) {
    case LinkKind::kAnchor:
      return "a";
    case LinkKind::kArea:
      return "area";
    case LinkKind::kLink:
      return "link";
    case LinkKind::kImage:
      return "img";
    case LinkKind::kSource:
      return "source";
    case LinkKind::kFrame:
      return "frame";
    case LinkKind::kScript:
      return "script";
    case LinkKind::kMedia:
      return "media";
    case LinkKind::kObject:
      return "object";
    case LinkKind::kMetaRefresh:
      return "meta-refresh";
    case LinkKind::kForm:
      return "form";
  }
  return {};
}

std::string_view Name(StatementKind kind) {
  switch (kind) {
    case StatementKind::kJsonLd:
      return "json-ld";
    case StatementKind::kMicrodata:
      return "microdata";
    case StatementKind::kOpenGraph:
      return "opengraph";
    case StatementKind::kTwitter:
      return "twitter";
    case StatementKind::kDublinCore:
      return "dublincore";
    case StatementKind::kRelations:
      return "relations";
  }
  return {};
}

std::string_view Name(LanguageSource source) {
  switch (source) {
    case LanguageSource::kNone:
      return "none";
    case LanguageSource::kDeclared:
      return "declared";
    case LanguageSource::kDetected:
      return "detected";
  }
  return {};
}

std::string_view Name(CharsetSource source) {
  switch (source) {
    case CharsetSource::kBom:
      return "bom";
    case CharsetSource::kHttp:
      return "http";
    case CharsetSource::kMeta:
      return "meta";
    case CharsetSource::kGuess:
      return "guess";
    case CharsetSource::kDefault:
      return "default";
  }
  return {};
}

}  // namespace trawl::parser
