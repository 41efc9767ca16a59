#include "tests/support/power_vfs.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

namespace trawl::test {
namespace {

constexpr std::size_t kSector = 512;

std::string BytesAt(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A moment among `count` changes: how many of them had happened. Often none or all.
std::size_t Moment(std::mt19937_64& random, std::size_t count) {
  switch (random() % 4) {
    case 0:
      return 0;
    case 1:
      return count;
    default:
      return random() % (count + 1);
  }
}

}  // namespace

int PowerVfs::OnWrite(const std::string& path, std::string_view bytes, std::uint64_t at) {
  const std::lock_guard lock(asked_);
  Tell();
  files_[path].changes.push_back({at, std::string(bytes)});
  return 0;
}

int PowerVfs::OnTruncate(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(asked_);
  Tell();
  files_[path].changes.push_back({size, "", true});
  return 0;
}

int PowerVfs::OnSync(const std::string& path) {
  const std::lock_guard lock(asked_);
  Tell();
  File& file = files_[path];
  for (const Change& change : file.changes) {
    if (change.truncates) {
      file.synced.resize(change.at);
      continue;
    }
    if (file.synced.size() < change.at + change.bytes.size())
      file.synced.resize(change.at + change.bytes.size());
    file.synced.replace(change.at, change.bytes.size(), change.bytes);
  }
  file.changes.clear();
  // SQLite syncs the folder with the first sync of a journal or log that it has made (os_unix.c, unixSync).
  if (!file.named) SyncFolder();
  return 0;
}

void PowerVfs::OnOpen(const std::string& path, bool created) {
  const std::lock_guard lock(asked_);
  if (files_.contains(path)) return;
  File& file = files_[path];
  file.named = !created;
  if (!created) file.synced = BytesAt(path);
}

void PowerVfs::OnDelete(const std::string& path, bool durable) {
  const std::lock_guard lock(asked_);
  const auto file = files_.find(path);
  if (file == files_.end()) return;
  Tell();
  if (file->second.named) deleted_[path] = std::move(file->second);
  files_.erase(file);
  if (durable) SyncFolder();
}

void PowerVfs::SyncFolder() {
  deleted_.clear();
  for (auto& [path, file] : files_) file.named = true;
}

std::string PowerVfs::After(const File& file, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t count = file.changes.size();
  // The length, as of one moment.
  std::size_t size = file.synced.size(), most = size;
  const std::size_t length_moment = Moment(random, count);
  for (std::size_t i = 0; i < count; ++i) {
    const Change& change = file.changes[i];
    most = std::max<std::size_t>(most, change.at + change.bytes.size());
    if (i >= length_moment) continue;
    size = change.truncates ? change.at : std::max<std::size_t>(size, change.at + change.bytes.size());
  }
  // Each sector, as of one of its own; in one cut of four the same for all, as when writes keep their order.
  std::vector<std::size_t> moments(most / kSector + 1);
  const bool in_order = random() % 4 == 0;
  for (std::size_t& moment : moments) moment = in_order ? length_moment : Moment(random, count);
  std::string bytes = file.synced;
  bytes.resize(most);
  for (std::size_t i = 0; i < count; ++i) {
    const Change& change = file.changes[i];
    const std::size_t end = change.truncates ? most : change.at + change.bytes.size();
    for (std::size_t at = change.at; at < end;) {
      const std::size_t next = std::min(end, (at / kSector + 1) * kSector);
      if (i < moments[at / kSector]) {
        if (change.truncates) {
          bytes.replace(at, next - at, next - at, '\0');
        } else {
          bytes.replace(at, next - at, change.bytes, at - change.at, next - at);
        }
      }
      at = next;
    }
  }
  bytes.resize(size);
  return bytes;
}

void PowerVfs::Cut(std::uint64_t seed, const std::filesystem::path& folder) const {
  std::mt19937_64 random(seed);
  const auto put = [&](const std::string& path, const File& file) {
    std::ofstream(folder / std::filesystem::path(path).filename(), std::ios::binary) << After(file, random());
  };
  for (const auto& [path, file] : deleted_) {
    if (random() % 2 == 0) put(path, file);
  }
  for (const auto& [path, file] : files_) {
    if (file.named || random() % 2 == 0) put(path, file);
  }
}

}  // namespace trawl::test
