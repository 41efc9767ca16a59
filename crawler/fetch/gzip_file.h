#pragma once

#include <memory>

#include "crawler/fetch/coding.h"

namespace trawl::crawler {

/// A body that may itself be a gzip file, whatever its type says: "sitemap.xml.gz". One that does not begin
/// as gzip does (RFC 1952 2.3.1) passes as it is. It is no content coding, but is undone as the last of them.
std::unique_ptr<Coding> OpenGzipFile();

}  // namespace trawl::crawler
