#include "parser/frame_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace trawl::parser {

std::span<char> FrameReader::Room() {
  if (!large_.empty()) return std::span(large_).subspan(large_used_);
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kBuffer);
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  return {buffer_.get() + end_, kBuffer - end_};
}

void FrameReader::Filled(std::size_t size) {
  (large_.empty() ? end_ : large_used_) += size;
}

Result<bool> FrameReader::Next() {
  DropPayload();
  if (large_.empty()) {
    const std::size_t there = end_ - begin_;
    if (there < kFrameHeader) return false;
    const char* const frame = buffer_.get() + begin_;
    const auto header = DecodeFrameHeader({frame, kFrameHeader}, expected_);
    // A bare error would also convert to a bool.
    if (!header) return Result<bool>(boost::system::in_place_error, header.error());
    header_ = *header;
    if (header_.size <= kBuffer - kFrameHeader) {
      if (there < kFrameHeader + header_.size) return false;
      payload_ = {frame + kFrameHeader, header_.size};
      begin_ += kFrameHeader + header_.size;
      return true;
    }
    large_.resize(header_.size);
    large_used_ = there - kFrameHeader;
    std::memcpy(large_.data(), frame + kFrameHeader, large_used_);
    begin_ = end_;
  }
  large_whole_ = large_used_ == large_.size();
  if (large_whole_) payload_ = {large_.data(), large_.size()};
  return large_whole_;
}

std::vector<char> FrameReader::TakePayload() {
  const std::string_view payload = std::exchange(payload_, {});
  if (!large_whole_) return {payload.begin(), payload.end()};
  std::vector<char> taken = std::move(large_);
  DropPayload();
  return taken;
}

void FrameReader::DropPayload() {
  payload_ = {};
  if (!std::exchange(large_whole_, false)) return;
  large_ = {};
  large_used_ = 0;
}

}  // namespace trawl::parser
