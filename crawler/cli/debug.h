#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "config/result.h"
#include "crawler/cli/json.h"
#include "parser/normalize.h"
#include "parser/wire.h"

namespace trawl::crawler {

struct FetchResult;

/// What the rows of `trawl debug` work with. Filled by the command; borrowed by each call.
struct DebugContext {
  /// As the crawl would use them.
  parser::NormalizeOptions normalize;
  /// Has a worker process parse one document, and waits for it. Empty when there are no workers: rows that
  /// need one answer with an error.
  std::function<Result<parser::ParsedPage>(const parser::PageJob&)> parse;
  /// Makes one exchange for a normalised URL by a method, and waits for it. Empty as `parse` may be.
  std::function<FetchResult(const std::string& url, const std::string& method)> fetch;
};

/// Answers one line. Never throws; what is wrong with the line becomes {"error": "..."} (DebugError).
using DebugFunction = json::object (*)(const json::object& in, DebugContext& context);

/// One kind of `trawl debug KIND`. A new kind is a function and a row in debug.cc.
struct DebugKind {
  std::string_view name;
  DebugFunction run;
  std::string_view help;  ///< the shapes of both lines
};

std::span<const DebugKind> DebugKinds();
const DebugKind* FindDebugKind(std::string_view name);

json::object DebugError(std::string_view message);

/// The longest line that is read; a longer one is answered with an error.
inline constexpr std::size_t kMaxDebugLine = std::size_t{96} << 20;

/// Answers one line with one line, both without newline.
std::string DebugLine(const DebugKind& kind, std::string_view line, DebugContext& context);

/// Reads lines until `in` ends and answers each with one flushed line, in order.
void RunDebug(const DebugKind& kind, std::istream& in, std::ostream& out, DebugContext& context,
              std::size_t max_line = kMaxDebugLine);

}  // namespace trawl::crawler
