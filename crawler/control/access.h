#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crawler/control/message.h"

namespace trawl::crawler {

/// Who may use a listener on TCP: whoever knows the token, from a page of this very origin. Runs on: any;
/// const.
class Access {
 public:
  /// `address`: as control.dashboard; `port`: the one that was taken.
  Access(std::string token, const std::string& address, std::uint16_t port);

  /// Nothing when the request may pass; else the refusal, which tells nothing of the crawl. A token in the
  /// query of "/" becomes a cookie, so that it does not stay in the browser's address line.
  std::optional<ControlReply> Refuse(const ControlRequest& request) const;

  static constexpr std::string_view kCookie = "trawl_token";

 private:
  bool NamesUs(std::string_view host) const;
  bool Knows(const ControlRequest& request) const;

  std::string token_;
  std::string host_;  ///< "127.0.0.1:8642"
  std::string port_;
};

/// Whether texts are equal, in a time that depends on their lengths alone.
bool EqualInConstantTime(std::string_view a, std::string_view b);

/// Reads the token, or makes a file of mode 0600 with a new one of 256 random bits. Empty, with the reason in
/// `error`, when that fails or others may read the file.
std::string LoadToken(const std::string& path, std::string& error);

/// Whether "address:port" is an address of this machine alone.
bool IsLoopbackListener(std::string_view address);

}  // namespace trawl::crawler
