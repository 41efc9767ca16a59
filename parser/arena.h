#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trawl::parser {

/// Bump memory for one document: allocation is an addition, freeing all of it is an assignment. At its cap it
/// ends the process with kExitLimit and never returns null, because gumbo does not look. Runs on: parser
/// process. Owns one mapping of `cap` bytes, of which only touched pages are resident.
class Arena {
 public:
  /// What stays resident after Reset; a document that needed more gives the rest back to the kernel.
  static constexpr std::size_t kKeep = 4 << 20;

  /// `cap` is rounded up to whole pages. Throws std::bad_alloc where the address space has no room for it.
  explicit Arena(std::size_t cap);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// `size` bytes, aligned to 8, alive until Reset. Also of nothing every allocation has an address of its
  /// own: it is by that that Free and Shrink know the last one.
  void* Allocate(std::size_t size) {
    if (size > cap()) ExitAtLimit();  // rounding must not wrap around
    size = (size + (size == 0) + 7) & ~std::size_t{7};
    if (size > static_cast<std::size_t>(end_ - at_)) ExitAtLimit();
    last_ = at_;
    at_ += size;
    return last_;
  }

  /// Takes the memory back when `pointer` was the last allocation, else does nothing.
  void Free(void* pointer) {
    if (pointer == last_ && pointer != nullptr) {
      NoteUse();
      at_ = last_;
      last_ = nullptr;
    }
  }

  /// Gives back what the last allocation does not need of its size.
  void Shrink(void* pointer, std::size_t size);

  /// A copy of `text` that lives until Reset.
  std::string_view Copy(std::string_view text);

  /// Frees everything; every pointer into the arena is dead.
  void Reset();

  std::size_t used() const { return static_cast<std::size_t>(at_ - begin_); }
  std::size_t cap() const { return static_cast<std::size_t>(end_ - begin_); }

  /// Ends this process because its document needs more than a worker may use.
  [[noreturn]] static void ExitAtLimit();

 private:
  void NoteUse() {
    if (at_ > touched_) touched_ = at_;
  }

  char* begin_;
  char* end_;
  char* at_;
  char* last_ = nullptr;  // the last allocation, if it was not freed
  char* touched_;         // where the touched pages end
};

}  // namespace trawl::parser
