#pragma once

#include <string>

#include "config/options.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/fetch/origin.h"
#include "crawler/fetch/proxy.h"

namespace trawl::crawler {

/// The head of a request in HTTP/1.1, with its empty line. Fields of the request replace those of the
/// options, and those the built-in ones, by name; a field whose name or value could end a line early is left
/// out.
/// `proxy`: the proxy that the request itself goes to, in absolute form; null when the origin, or a tunnel to
/// it, is at the other end. `cookies`: the Cookie field; a Cookie of the operator's own takes its place.
std::string Http1Request(const FetchRequest& request, const Origin& origin,
                         const config::HttpOptions& options, const Proxy* proxy = nullptr,
                         std::string_view cookies = {});

}  // namespace trawl::crawler
