#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "config/result.h"
#include "parser/error.h"

namespace trawl::parser {

static_assert(std::endian::native == std::endian::little, "integers cross the pipe as they lie in memory");

/// Reads untrusted bytes front to back. The first error sticks: from then on every read gives zero or nothing
/// and moves nothing, so a caller may read a whole record and ask once. Runs on: any. Borrows the bytes;
/// views it gives live as long as they do.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint8_t U8() { return Number<std::uint8_t>(); }
  std::uint16_t U16() { return Number<std::uint16_t>(); }
  std::uint32_t U32() { return Number<std::uint32_t>(); }
  std::uint64_t U64() { return Number<std::uint64_t>(); }

  /// An integer that must not pass `max`; else kBadFrame.
  template <class T>
  T AtMost(T max) {
    const T value = Number<T>();
    if (value <= max) return value;
    Fail(ParserErrc::kBadFrame);
    return 0;
  }

  /// The next `size` bytes; kTruncatedFrame when there are fewer.
  std::string_view Bytes(std::size_t size) {
    if (size > Left()) {
      Fail(ParserErrc::kTruncatedFrame);
      return {};
    }
    const std::string_view bytes(at_, size);
    at_ += size;
    return bytes;
  }

  /// Sets the error unless there is one already, and gives up the rest of the bytes.
  void Fail(ParserErrc error) {
    if (error_ == ParserErrc::kOk) error_ = error;
    at_ = end_;
  }

  std::size_t Left() const { return static_cast<std::size_t>(end_ - at_); }
  bool ok() const { return error_ == ParserErrc::kOk; }
  ParserErrc error() const { return error_; }

  /// To be asked last: the error that stuck, or kTrailingBytes when bytes are left.
  ParserErrc Finish() {
    if (ok() && at_ != end_) Fail(ParserErrc::kTrailingBytes);
    return error_;
  }

 private:
  template <class T>
  T Number() {
    if (sizeof(T) > Left()) {
      Fail(ParserErrc::kTruncatedFrame);
      return 0;
    }
    T value;
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

  const char* at_;
  const char* end_;
  ParserErrc error_ = ParserErrc::kOk;
};

/// Appends integers and bytes to a string, as ByteReader takes them.
/// Runs on: any. Borrows the string.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void U8(std::uint8_t value) { Number(value); }
  void U16(std::uint16_t value) { Number(value); }
  void U32(std::uint32_t value) { Number(value); }
  void U64(std::uint64_t value) { Number(value); }
  void Bytes(std::string_view bytes) { out_.append(bytes); }

  /// Overwrites four bytes that were written before, for a length that is known only at the end.
  void PutU32At(std::size_t offset, std::uint32_t value) {
    std::memcpy(out_.data() + offset, &value, sizeof value);
  }
  std::size_t size() const { return out_.size(); }

 private:
  template <class T>
  void Number(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out_.append(bytes, sizeof(T));
  }

  std::string& out_;
};

}  // namespace trawl::parser
