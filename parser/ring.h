#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/result.h"

// A stream of bytes from one process to another through memory that both have mapped: the writer copies in
// what there is room for, the reader looks at it where it lies and says how much it has taken. The bytes of a
// ring are mapped twice, one behind the other, so that no piece of it is ever cut in two. Nothing here wakes
// anybody (parser/worker_memory.h).
//
// Either end may be hostile to the other. So each keeps its own position to itself, and reads the other's
// once, together with whether it can be.

namespace trawl::parser {

/// What both ends of a ring see of each other. Lies in shared memory, which begins as zeroes.
struct RingHead {
  alignas(64) std::atomic<std::uint64_t> written;  ///< bytes ever put in; the writer's
  alignas(64) std::atomic<std::uint64_t> taken;    ///< bytes ever taken out; the reader's
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would be another one in each process");

/// A ring as one process has it mapped.
struct Ring {
  RingHead* head = nullptr;
  char* bytes = nullptr;  ///< `size` of them, and the same ones again behind them
  std::size_t size = 0;   ///< a power of two
};

/// The end that puts bytes in. Runs on: any. Borrows the ring; there must be one writer.
class RingWriter {
 public:
  explicit RingWriter(const Ring& ring) : ring_(ring) {}

  /// Copies in as much of `bytes` as there is room for, and says how much that was; nobody sees it before
  /// Publish. Error kBadFrame: the reader says that it has taken what it cannot have.
  Result<std::size_t> Put(std::string_view bytes);
  void Publish() { ring_.head->written.store(written_); }

  /// Where `size` bytes in a row can be written, which Skip then counts as put in; null when there is no room
  /// for all of them. Errors: as those of Put.
  Result<char*> Place(std::size_t size) const;
  void Skip(std::size_t size) { written_ += size; }

  /// How much Put would take. Errors: as those of Put.
  Result<std::size_t> Room() const;

 private:
  Ring ring_;
  std::uint64_t written_ = 0;
};

/// The end that takes bytes out. Runs on: any. Borrows the ring; there must be one reader.
class RingReader {
 public:
  explicit RingReader(const Ring& ring) : ring_(ring) {}

  /// All that is there and not taken, valid until it is taken. A hostile writer may go on changing it: copy
  /// first, then look. Error kBadFrame: the writer says that there is more than can be.
  Result<std::string_view> Bytes() const;
  /// Makes room: that many of Bytes are done with.
  void Take(std::size_t size) { ring_.head->taken.store(taken_ += size); }

  std::size_t size() const { return ring_.size; }

 private:
  Ring ring_;
  std::uint64_t taken_ = 0;
};

}  // namespace trawl::parser
