#include "storage/warc/record.h"

#include <sys/random.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace trawl::storage {

WarcHead::WarcHead(std::string_view type, std::string_view record_id, Instant date) : text_("WARC/1.1\r\n") {
  Add("WARC-Type", type);
  Add("WARC-Record-ID", "<" + std::string(record_id) + ">");
  Add("WARC-Date", WarcDate(date));
}

WarcHead& WarcHead::Add(std::string_view name, std::string_view value) {
  if (!value.empty()) text_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

std::string WarcHead::Text(std::size_t block_bytes) const {
  return text_ + "Content-Length: " + std::to_string(block_bytes) + "\r\n\r\n";
}

std::string NewRecordId() {
  std::array<unsigned char, 16> bits{};
  if (::getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size())) std::abort();
  bits[6] = static_cast<unsigned char>((bits[6] & 0x0f) | 0x40);
  bits[8] = static_cast<unsigned char>((bits[8] & 0x3f) | 0x80);
  std::string id = "urn:uuid:";
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    id += "0123456789abcdef"[bits[i] >> 4];
    id += "0123456789abcdef"[bits[i] & 15];
  }
  return id;
}

std::string WarcDate(Instant at) {
  const auto ms = at.time_since_epoch().count();
  const std::time_t seconds = static_cast<std::time_t>((ms - (ms % 1000 + 1000) % 1000) / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                                 parts.tm_min, parts.tm_sec, static_cast<int>((ms % 1000 + 1000) % 1000));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace trawl::storage
