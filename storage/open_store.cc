#include "storage/open_store.h"

#include "storage/memory_store.h"
#include "storage/sqlite/sqlite_store.h"

namespace trawl::storage {
namespace {

struct Backend {
  bool (*names)(const std::string& path);  // this path is of the backend
  OpenedStore (*open)(const config::StorageOptions& options);
};

OpenedStore OpenMemory(const config::StorageOptions& options) {
  return {std::make_unique<MemoryStore>(options), ""};
}

OpenedStore OpenSqlite(const config::StorageOptions& options) {
  OpenedStore opened;
  opened.store = sqlite::SqliteStore::Open(options, opened.error);
  return opened;
}

/// A new backend is a row here; the first that knows the path takes it.
constexpr Backend kBackends[] = {
    {[](const std::string& path) { return path == ":memory:"; }, OpenMemory},
    {[](const std::string&) { return true; }, OpenSqlite},
};

}  // namespace

OpenedStore OpenStore(const config::StorageOptions& options) {
  for (const Backend& backend : kBackends) {
    if (backend.names(options.path)) return backend.open(options);
  }
  return {nullptr, options.path + " names no kind of database"};
}

}  // namespace trawl::storage
