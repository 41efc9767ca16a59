#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/result.h"

namespace trawl::parser {

/// A URL record of the WHATWG URL Standard, kept as its serialisation plus offsets.
/// Runs on: any thread or process. Owns its text; every view it gives dies with it or with an assignment.
class Url {
 public:
  /// The longest input looked at; more is ParserErrc::kTooLong.
  static constexpr std::size_t kMaxInput = 8192;

  /// The basic URL parser (section 4.4) without state override. `input` is taken as UTF-8, invalid bytes as U+FFFD.
  /// `base` is borrowed for the call.
  static Result<Url> Parse(std::string_view input, const Url* base = nullptr);

  std::string_view Href() const { return href_; }
  std::string_view Protocol() const;  ///< "https:", with the colon
  std::string_view Scheme() const;    ///< "https"
  std::string_view Username() const;
  std::string_view Password() const;
  std::string_view Host() const;      ///< with a port that is not the default, "example.org:8080"
  std::string_view Hostname() const;  ///< without port; IPv6 in brackets
  std::string_view Port() const;      ///< empty for the scheme's default
  std::string_view Pathname() const;
  std::string_view Search() const;  ///< with "?", empty when there is none or nothing after it
  std::string_view Hash() const;    ///< with "#", likewise

 private:
  friend class UrlParser;
  std::string href_;
  std::uint32_t scheme_end_ = 0;     ///< at the ':' after the scheme
  std::uint32_t username_end_ = 0;   ///< end of the user name
  std::uint32_t host_start_ = 0;     ///< at '@', or where the host begins
  std::uint32_t host_end_ = 0;
  std::uint32_t path_start_ = 0;
  std::uint32_t query_start_ = 0;     ///< at '?', or npos
  std::uint32_t fragment_start_ = 0;  ///< at '#', or npos
  bool opaque_path_ = false;
};

}  // namespace trawl::parser
