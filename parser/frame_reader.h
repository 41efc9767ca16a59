#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "parser/ring.h"
#include "parser/wire.h"

namespace trawl::parser {

/// Cuts what comes through a ring into frames of one type. A frame that fits into the ring is looked at in
/// place; a larger one is gathered in memory of its own.
/// Runs on: any; does not wait. Borrows the ring.
class FrameReader {
 public:
  FrameReader(FrameType expected, const Ring& ring) : expected_(expected), ring_(ring) {}

  /// Goes on to the next frame. True when it is there as a whole, false when bytes are missing. Errors: those
  /// of DecodeFrameHeader, as soon as the header is there, and of RingReader; after one the reader is of no
  /// use any more.
  Result<bool> Next();

  // After Next was true, until it is called again.
  const FrameHeader& header() const { return header_; }
  /// Where it lies: whoever writes into the ring may change it yet.
  std::string_view payload() const { return payload_; }
  /// The payload in memory of its own; payload() is empty from then on.
  std::vector<char> TakePayload();
  /// Makes room for what comes next, before Next would; payload() is dead.
  void DropPayload();

  /// Whether Next has seen the beginning of a frame that is not there as a whole.
  bool partial() const { return partial_; }

 private:
  const FrameType expected_;
  RingReader ring_;
  std::size_t in_ring_ = 0;  // of the frame that payload_ is of, when it lies in the ring
  std::vector<char> large_;  // payload of a frame larger than the ring, as far as it is there
  std::size_t large_used_ = 0;
  bool large_whole_ = false;  // Next has said so
  bool partial_ = false;
  FrameHeader header_;
  std::string_view payload_;
};

}  // namespace trawl::parser
