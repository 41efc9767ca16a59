#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "parser/byte_cursor.h"
#include "parser/wire.h"

namespace trawl::parser {

/// The size of a text as it stands in a record; what is too long for T has been refused before.
template <class T>
T Size(std::string_view text) {
  return static_cast<T>(text.size());
}

/// Writes integers and bytes into memory whose size was worked out before, as ByteReader takes them. More or
/// less than that is a bug, and ends the process. Runs on: any. Borrows the memory.
class ExactWriter {
 public:
  ExactWriter(char* at, std::size_t size) : at_(at), end_(at + size) {}
  ExactWriter(const ExactWriter&) = delete;
  ExactWriter& operator=(const ExactWriter&) = delete;
  ~ExactWriter() {
    if (at_ != end_) std::abort();
  }

  void U8(std::uint8_t value) { Put(&value, sizeof value); }
  void U16(std::uint16_t value) { Put(&value, sizeof value); }
  void U32(std::uint32_t value) { Put(&value, sizeof value); }
  void U64(std::uint64_t value) { Put(&value, sizeof value); }
  void Bytes(std::string_view bytes) {
    if (!bytes.empty()) Put(bytes.data(), bytes.size());
  }

 private:
  void Put(const void* bytes, std::size_t size) {
    if (size > static_cast<std::size_t>(end_ - at_)) std::abort();
    std::memcpy(at_, bytes, size);
    at_ += size;
  }

  char* at_;
  char* const end_;
};

template <class Writer>
void WriteFrameHeader(Writer& writer, FrameType type, std::uint16_t number, std::size_t payload_size) {
  writer.U8(kWireVersion);
  writer.U8(static_cast<std::uint8_t>(type));
  writer.U16(number);
  writer.U32(static_cast<std::uint32_t>(payload_size));
}

/// Writes the frame's header; its length is filled in by the destructor, when the payload is there.
class FrameWriter {
 public:
  /// `to_follow`: bytes of the payload that somebody else will write.
  FrameWriter(FrameType type, std::string& out, std::size_t to_follow = 0)
      : writer(out), to_follow_(to_follow) {
    WriteFrameHeader(writer, type, 0, 0);
    payload_ = writer.size();
  }
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;
  ~FrameWriter() {
    writer.PutU32At(payload_ - 4, static_cast<std::uint32_t>(writer.size() - payload_ + to_follow_));
  }

  ByteWriter writer;

 private:
  const std::size_t to_follow_;
  std::size_t payload_;
};

}  // namespace trawl::parser
