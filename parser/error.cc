#include "parser/error.h"

namespace trawl::parser {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "parser"; }
  std::string message(int code) const override {
    switch (static_cast<ParserErrc>(code)) {
      case ParserErrc::kOk: return "no error";
      case ParserErrc::kInvalidUrl: return "not a valid URL";
      case ParserErrc::kNotCrawlable: return "not an http or https URL with a host";
      case ParserErrc::kTooLong: return "longer than the limit";
      case ParserErrc::kTruncatedFrame: return "message ended before its fields";
      case ParserErrc::kTrailingBytes: return "message goes on after its last field";
      case ParserErrc::kBadFrame: return "message has a field that cannot be";
      case ParserErrc::kWrongVersion: return "the other program speaks another wire version";
      case ParserErrc::kWorkerCrashed: return "the parser process died or lied";
      case ParserErrc::kWorkerTimeout: return "the parser process passed its time limit";
      case ParserErrc::kWorkerLimit: return "the document passes the parser's memory or nesting limit";
      case ParserErrc::kZygoteGone: return "the parser's fork server has ended";
      case ParserErrc::kZygoteSilent: return "the parser's fork server does not answer";
      case ParserErrc::kNoSandbox: return "parser processes cannot be sandboxed on this system";
    }
    return "unknown parser error";
  }
};

}  // namespace

const boost::system::error_category& ParserCategory() {
  static const Category category;
  return category;
}

}  // namespace trawl::parser
