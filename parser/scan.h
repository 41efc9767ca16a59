#pragma once

#include <string_view>

#include "parser/arena.h"
#include "parser/charset_labels.h"
#include "parser/wire.h"

namespace trawl::parser {

/// The light way: reads the page in one pass over `html`, without a tree. Gives what ParseHtml gives, on the
/// same terms: `html` is UTF-8 without a byte order mark; job, `html` and the arena's contents must outlive
/// the page.
ParsedPage ScanHtml(const PageJob& job, std::string_view html, Charset charset, Arena& arena);

/// The same of what may not be UTF-8. That is looked at behind the scan, which has brought the bytes near:
/// one pass less waits for memory. Where it is not, it is repaired and scanned again.
ParsedPage ScanUnchecked(const PageJob& job, std::string_view html, Charset charset, Arena& arena);

}  // namespace trawl::parser
