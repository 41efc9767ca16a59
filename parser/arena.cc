#include "parser/arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "parser/zygote_client.h"

namespace trawl::parser {

Arena::Arena(std::size_t cap) {
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  cap = (cap + page - 1) / page * page;
  void* const memory =
      ::mmap(nullptr, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  begin_ = at_ = touched_ = static_cast<char*>(memory);
  end_ = begin_ + cap;
}

Arena::~Arena() {
  ::munmap(begin_, cap());
}

void Arena::Shrink(void* pointer, std::size_t size) {
  if (pointer != last_ || pointer == nullptr) return;
  char* const end = last_ + ((size + 7) & ~std::size_t{7});
  if (end < at_) at_ = end;
}

std::string_view Arena::Copy(std::string_view text) {
  if (text.empty()) return {};
  char* const copy = static_cast<char*>(Allocate(text.size()));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

void Arena::Reset() {
  NoteUse();
  at_ = begin_;
  last_ = nullptr;
  if (touched_ > begin_ + kKeep) {
    ::madvise(begin_ + kKeep, static_cast<std::size_t>(touched_ - begin_) - kKeep, MADV_DONTNEED);
    touched_ = begin_ + kKeep;
  }
}

void Arena::ExitAtLimit() {
  ::_exit(kExitLimit);
}

}  // namespace trawl::parser
