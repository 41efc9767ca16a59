#include "parser/frame_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace trawl::parser {
namespace {

// A bare error would also convert to a bool.
Result<bool> NoFrame(const boost::system::error_code& why) {
  return Result<bool>(boost::system::in_place_error, why);
}

}  // namespace

Result<bool> FrameReader::Next() {
  DropPayload();
  const Result<std::string_view> bytes = ring_.Bytes();
  if (!bytes) return NoFrame(bytes.error());
  std::size_t header_bytes = 0;
  if (large_.empty()) {
    partial_ = !bytes->empty();
    if (bytes->size() < kFrameHeader) return false;
    char raw[kFrameHeader];  // read once: what is decoded here is what counts
    std::memcpy(raw, bytes->data(), sizeof raw);
    const auto header = DecodeFrameHeader({raw, sizeof raw}, expected_);
    if (!header) return NoFrame(header.error());
    header_ = *header;
    const std::size_t frame = kFrameHeader + header_.size;
    if (frame <= ring_.size()) {
      partial_ = bytes->size() < frame;
      if (partial_) return false;
      payload_ = bytes->substr(kFrameHeader, header_.size);
      in_ring_ = frame;
      return true;
    }
    large_.resize(header_.size);
    large_used_ = 0;
    header_bytes = kFrameHeader;
  }
  const std::size_t size = std::min(bytes->size() - header_bytes, large_.size() - large_used_);
  std::memcpy(large_.data() + large_used_, bytes->data() + header_bytes, size);
  large_used_ += size;
  ring_.Take(header_bytes + size);
  large_whole_ = large_used_ == large_.size();
  partial_ = !large_whole_;
  if (large_whole_) payload_ = {large_.data(), large_.size()};
  return large_whole_;
}

std::vector<char> FrameReader::TakePayload() {
  std::vector<char> taken;
  if (large_whole_) {
    taken = std::move(large_);
  } else {
    taken.assign(payload_.begin(), payload_.end());
  }
  DropPayload();
  return taken;
}

void FrameReader::DropPayload() {
  payload_ = {};
  if (in_ring_ > 0) ring_.Take(std::exchange(in_ring_, 0));
  if (!std::exchange(large_whole_, false)) return;
  large_ = {};
  large_used_ = 0;
}

}  // namespace trawl::parser
