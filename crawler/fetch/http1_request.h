#pragma once

#include <string>

#include "config/options.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/fetch/origin.h"

namespace trawl::crawler {

/// The head of a request in HTTP/1.1, with its empty line. Fields of the request replace those of the
/// options, and those the built-in ones, by name; a field whose name or value could end a line early is left
/// out.
std::string Http1Request(const FetchRequest& request, const Origin& origin,
                         const config::HttpOptions& options);

}  // namespace trawl::crawler
