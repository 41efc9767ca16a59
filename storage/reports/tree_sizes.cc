#include "storage/reports/tree_sizes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "config/unique_fd.h"

namespace trawl::storage {
namespace {

constexpr std::uint64_t kLockByte = 0x40000000;  // the page that holds it is never used
constexpr std::size_t kEntry = 5;                // bytes of a map for a page: its kind, and the page above it
constexpr std::uint32_t kNobody = 0;
enum Kind : unsigned char { kRoot = 1, kFree = 2, kFirstOverflow = 3, kOverflow = 4, kBelow = 5 };

std::uint32_t Number(const unsigned char* bytes, int count) {
  std::uint32_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | bytes[i];
  return number;
}

/// The pages of one file, each with the one above it: a root has itself, what belongs to nobody kNobody.
class Maps {
 public:
  explicit Maps(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

  bool Read() {
    std::array<unsigned char, 100> head{};  // section 1.3
    if (!file_ || !ReadAt(0, head.data(), head.size()) || Number(&head[52], 4) == 0) return false;
    page_bytes_ = Number(&head[16], 2) == 1 ? 65536 : Number(&head[16], 2);
    const std::uint32_t usable = page_bytes_ - head[20];
    const std::uint32_t pages = Number(&head[28], 4);
    if (page_bytes_ < 512 || usable < 480 || pages == 0 || FileBytes() / page_bytes_ < pages) return false;
    above_.assign(pages + std::uint64_t{1}, kNobody);
    above_[1] = 1;  // the root of sqlite_schema
    const auto lock_page = static_cast<std::uint32_t>(kLockByte / page_bytes_ + 1);
    const std::uint32_t entries = usable / kEntry;
    std::vector<unsigned char> map(entries * kEntry);
    for (std::uint64_t place = 2; place <= pages; place += entries + 1) {
      const std::uint64_t at = place == lock_page ? place + 1 : place;
      if (at > pages) break;
      if (!ReadAt((at - 1) * page_bytes_, map.data(), map.size())) return false;
      // A map that gave way to the page of the lock has one page less behind it.
      const std::uint64_t last = std::min<std::uint64_t>(place + entries, pages);
      for (std::uint64_t page = at + 1; page <= last; ++page) {
        const unsigned char* entry = &map[(page - at - 1) * kEntry];
        if (entry[0] == kRoot) above_[page] = static_cast<std::uint32_t>(page);
        if (entry[0] >= kFirstOverflow && entry[0] <= kBelow) above_[page] = Number(entry + 1, 4);
      }
    }
    return true;
  }

  /// By root.
  std::vector<TreeSize> Sizes() {
    std::vector<std::uint32_t> pages(above_.size());  // by root
    for (std::uint32_t page = 1; page < above_.size(); ++page) ++pages[RootOf(page)];
    std::vector<TreeSize> sizes;
    for (std::uint32_t root = 0; root < pages.size(); ++root) {
      if (pages[root] > 0) sizes.push_back({root, std::uint64_t{pages[root]} * page_bytes_});
    }
    return sizes;
  }

 private:
  bool ReadAt(std::uint64_t at, unsigned char* to, std::size_t size) const {
    return ::pread(file_.Get(), to, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
  }
  std::uint64_t FileBytes() const {
    const off_t end = ::lseek(file_.Get(), 0, SEEK_END);
    return end < 0 ? 0 : static_cast<std::uint64_t>(end);
  }

  /// And what lies between is put right below it, so that no way is walked twice. A map that is read while it
  /// is written may name what is not there, or a circle.
  std::uint32_t RootOf(std::uint32_t page) {
    way_.clear();
    std::uint32_t root = page;
    while (root < above_.size() && above_[root] != root && above_[root] != kNobody &&
           way_.size() < above_.size()) {
      way_.push_back(root);
      root = above_[root];
    }
    if (root >= above_.size() || above_[root] != root) root = kNobody;
    for (const std::uint32_t passed : way_) above_[passed] = root;
    return root;
  }

  UniqueFd file_;
  std::uint32_t page_bytes_ = 0;
  std::vector<std::uint32_t> above_, way_;
};

}  // namespace

std::vector<TreeSize> SizesOfTrees(const std::string& path) {
  Maps maps(path);
  return maps.Read() ? maps.Sizes() : std::vector<TreeSize>();
}

}  // namespace trawl::storage
