#pragma once

#include "crawler/cli/debug.h"

namespace trawl::crawler {

/// {"body_b64" or "body","url"?,"content_type"?,"way":"scan" or "tree"?} in all of them; the URL is
/// "http://localhost/" when there is none, the way "scan".

/// Everything a page says:
/// {"title","description","canonical","language","charset","noindex","nofollow","words","text",
/// "links":[...],"base","meta_refresh","truncated"}
json::object DebugHtml(const json::object& in, DebugContext& context);

/// {"base","links":[{"url","kind","rel","anchor","hreflang"}],"meta_refresh":[delay,url] or null,"truncated"}
json::object DebugLinks(const json::object& in, DebugContext& context);

/// {"text","main","title","author","date","language","description"}
json::object DebugText(const json::object& in, DebugContext& context);

/// {"json-ld":[...],"microdata":[...],"opengraph":[...],"twitter":[...],"dublincore":[...],"relations":[...]}
json::object DebugStructured(const json::object& in, DebugContext& context);

/// {"encoding","source","text"}; the text is the document as decoded, markup and all, cut at the limit of a
/// page's text.
json::object DebugCharset(const json::object& in, DebugContext& context);

/// {"html","initial_state"?,"last_start_tag"?} -> {"tokens":[...]} in html5lib's notation; the state is "Data
/// state" when there is none.
json::object DebugTokens(const json::object& in, DebugContext& context);

/// {"html","selector"} -> {"ids":[id or null,...]}, the elements that match, in document order; with ::text
/// or
/// ::attr(x) at the end {"values":[...]}; or {"error":"syntax","message","offset"}.
json::object DebugSelect(const json::object& in, DebugContext& context);

}  // namespace trawl::crawler
