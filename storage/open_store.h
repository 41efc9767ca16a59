#pragma once

#include <memory>

#include "config/options.h"
#include "config/result.h"
#include "storage/store.h"

namespace trawl::storage {

struct OpenedStore {
  std::unique_ptr<Store> store;
  std::string error;  ///< when there is none: one sentence that names the file and the fix
};

/// Opens or creates the store that `options.path` names: a path is SQLite, ":memory:" keeps everything in
/// this process. Refuses, with the reason in `error`: a file that is not a database, one that another trawl
/// holds (naming its pid), a newer schema.
OpenedStore OpenStore(const config::StorageOptions& options);

}  // namespace trawl::storage
