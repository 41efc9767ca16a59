#pragma once

#include <cstddef>
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

  /// The basic URL parser (section 4.4) without state override. `input` is taken as UTF-8, invalid bytes as
  /// U+FFFD. `base` is borrowed for the call. Errors: ParserErrc::kInvalidUrl, kTooLong.
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
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// Whether the host is not null; it may be empty.
  bool HasAuthority() const { return host_end_ > scheme_end_ + 1; }
  std::string_view Slice(std::size_t from, std::size_t to) const {
    return std::string_view(href_).substr(from, to - from);
  }

  std::string href_ = ":";
  std::uint32_t scheme_end_ = 0;       ///< at the ':' after the scheme
  std::uint32_t username_end_ = 1;     ///< end of the user name; at the ':' when a password follows
  std::uint32_t host_start_ = 1;       ///< at the '@' after credentials, else where the host begins
  std::uint32_t host_end_ = 1;         ///< at the ':' when a port follows
  std::uint32_t path_start_ = 1;       ///< behind the "/." that keeps a path "//" from reading as a host
  std::uint32_t query_start_ = kNone;  ///< at '?', or kNone
  std::uint32_t fragment_start_ = 1;   ///< at '#', or the end
  bool opaque_path_ = false;
};

}  // namespace trawl::parser
