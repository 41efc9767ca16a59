#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/url_id.h"
#include "storage/query.h"

namespace trawl::storage {

/// An exchange as it was kept.
struct StoredBody {
  std::string warc_head;  ///< of its record, with the empty line
  std::string http_head;  ///< of the answer, with the empty line
  std::string payload;    ///< of this record, or of the one that it names
};

/// The newest stored answer of a URL that has a payload. Reads beside a running crawl. An error when the
/// database cannot be read, has none of the URL, or the WARC file is not what the database says.
QueryError ReadBody(const std::string& database, UrlId url, StoredBody& body);

/// A WARC file of a database, as far as it counts.
struct WarcListed {
  std::string path;
  std::uint64_t bytes = 0;
};

/// All WARC files of the database at `database`, in the order in which they were written.
QueryError ListWarcFiles(const std::string& database, std::vector<WarcListed>& files);

}  // namespace trawl::storage
