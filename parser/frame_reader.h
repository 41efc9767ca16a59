#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "parser/wire.h"

namespace trawl::parser {

/// Cuts a stream of bytes into frames of one type. A frame of the usual size is read in one piece, together
/// with what follows it, and looked at in place; a larger one gets memory of its own.
/// Runs on: any; does no I/O. Owns its buffer.
class FrameReader {
 public:
  /// Frames up to this, header included, share the buffer.
  static constexpr std::size_t kBuffer = 64 * 1024;

  explicit FrameReader(FrameType expected) : expected_(expected) {}

  /// Where the next bytes of the stream go; never empty unless a whole frame waits to be taken by Next.
  std::span<char> Room();
  /// That many bytes were put there.
  void Filled(std::size_t size);

  /// Goes on to the next frame. True when it is there as a whole, false when bytes are missing. Errors: those
  /// of DecodeFrameHeader, as soon as the header is there; after one the reader is of no use any more.
  Result<bool> Next();

  // After Next was true, until it is called again.
  const FrameHeader& header() const { return header_; }
  std::string_view payload() const { return payload_; }
  /// The payload in memory of its own; payload() is empty from then on.
  std::vector<char> TakePayload();
  /// Gives back what a frame larger than the buffer took, before the next one would; payload() is dead.
  void DropPayload();

  /// Whether a frame has begun that is not there as a whole.
  bool partial() const { return begin_ != end_ || (!large_.empty() && !large_whole_); }

 private:
  const FrameType expected_;
  std::unique_ptr<char[]> buffer_;  // made at the first Room
  std::size_t begin_ = 0;           // of the bytes in the buffer that no frame has taken
  std::size_t end_ = 0;
  std::vector<char> large_;  // payload of a frame larger than the buffer, as far as it is there
  std::size_t large_used_ = 0;
  bool large_whole_ = false;  // Next has said so
  FrameHeader header_;
  std::string_view payload_;
};

}  // namespace trawl::parser
