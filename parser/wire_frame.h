#pragma once

#include <cstddef>
#include <cstdint>
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

/// Writes the frame's header; its length is filled in by the destructor, when the payload is there.
class FrameWriter {
 public:
  /// `to_follow`: bytes of the payload that somebody else will write.
  FrameWriter(FrameType type, std::string& out, std::size_t to_follow = 0)
      : writer(out), to_follow_(to_follow) {
    writer.U8(kWireVersion);
    writer.U8(static_cast<std::uint8_t>(type));
    writer.U16(0);
    writer.U32(0);
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
