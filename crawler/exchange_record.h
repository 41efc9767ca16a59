#pragma once

#include <string>

#include "crawler/fetch/fetcher.h"
#include "storage/records.h"

namespace trawl::crawler {

/// Puts a copy of the exchange into the batch, as storage.bodies keeps it: the request without the values of
/// its credentials, the answer's head with fields that tell of the body as it is kept (decoded): those that
/// told of its codings and length on the wire begin with "X-Archive-Orig-". Nothing when there was no answer.
void KeepExchange(storage::WriteBatch& batch, const std::string& url, const FetchResult& fetched);

}  // namespace trawl::crawler
