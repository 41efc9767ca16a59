#include "crawler/storage_watch.h"

#include <algorithm>
#include <utility>

#include "crawler/cli/status_text.h"

namespace trawl::crawler {
namespace {

std::string Size(std::uint64_t bytes) {
  return SizeText(static_cast<double>(bytes));
}

std::vector<Trouble> TroublesOf(const DiskGuard::State& disk, const storage::StoreCondition& store) {
  std::vector<Trouble> troubles;
  if (disk.low) {
    troubles.push_back({"disk_low", "fetching pauses: " + Size(disk.free) + " are free on the disk of " +
                                        disk.path + ", and storage.min_free wants " + Size(disk.needed) +
                                        "; free some space, and it goes on by itself"});
  }
  if (store.locked) {
    troubles.push_back({"database_locked",
                        "another program has locked the database, and results wait for it: look for an open "
                        "transaction in a shell; after some minutes the crawl ends"});
  }
  if (store.log_pinned) {
    troubles.push_back({"log_pinned",
                        "a reader with a long transaction keeps the write-ahead log from being "
                        "folded into the database; it has " +
                            Size(store.log_bytes) + " and grows until that reader ends"});
  }
  return troubles;
}

std::string_view OverOf(std::string_view name) {
  if (name == "disk_low") return "there is room on the disk again, fetching goes on";
  if (name == "database_locked") return "the database is no longer locked";
  return "the write-ahead log is folded into the database again";
}

bool Names(const std::vector<Trouble>& troubles, std::string_view name) {
  return std::any_of(troubles.begin(), troubles.end(),
                     [name](const Trouble& trouble) { return trouble.name == name; });
}

}  // namespace

StorageWatch::StorageWatch(boost::asio::any_io_executor loop, const config::StorageOptions& options,
                           const storage::Store& store, Tell tell, DiskGuard::Source source)
    : store_(store), tell_(std::move(tell)), disk_(std::move(loop), options, std::move(source)) {}

bool StorageWatch::disk_low() const {
  return Names(troubles_, "disk_low");
}

void StorageWatch::Start() {
  disk_.LookAndWait();
  Compare();
}

void StorageWatch::Look() {
  Compare();
  disk_.Look();
}

void StorageWatch::Compare() {
  std::vector<Trouble> now = TroublesOf(disk_.state(), store_.condition());
  for (const Trouble& trouble : now) {
    if (!Names(troubles_, trouble.name)) tell_(trouble, false);
  }
  for (const Trouble& trouble : troubles_) {
    if (!Names(now, trouble.name)) tell_({trouble.name, std::string(OverOf(trouble.name))}, true);
  }
  troubles_ = std::move(now);
}

}  // namespace trawl::crawler
