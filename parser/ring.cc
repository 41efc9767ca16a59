#include "parser/ring.h"

#include <algorithm>
#include <cstring>

#include "parser/error.h"

namespace trawl::parser {

Result<std::size_t> RingWriter::Room() const {
  const std::uint64_t waiting = written_ - ring_.head->taken.load();
  if (waiting > ring_.size) return ParserErrc::kBadFrame;
  return ring_.size - static_cast<std::size_t>(waiting);
}

Result<std::size_t> RingWriter::Put(std::string_view bytes) {
  const Result<std::size_t> room = Room();
  if (!room) return room;
  const std::size_t size = std::min(*room, bytes.size());
  if (size > 0) std::memcpy(ring_.bytes + (written_ & (ring_.size - 1)), bytes.data(), size);
  written_ += size;
  return size;
}

Result<char*> RingWriter::Place(std::size_t size) const {
  const Result<std::size_t> room = Room();
  if (!room) return room.error();
  return size <= *room ? ring_.bytes + (written_ & (ring_.size - 1)) : nullptr;
}

Result<std::string_view> RingReader::Bytes() const {
  const std::uint64_t there = ring_.head->written.load() - taken_;
  if (there > ring_.size) return ParserErrc::kBadFrame;
  return std::string_view(ring_.bytes + (taken_ & (ring_.size - 1)), static_cast<std::size_t>(there));
}

}  // namespace trawl::parser
