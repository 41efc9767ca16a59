#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trawl::test {

/// What a test server sends for one request: bytes, their pace and how the connection ends. Pieces go out in
/// the order head, body, repeat x repeats, tail. Nothing is checked: a reply may break every rule of HTTP.
struct Reply {
  static constexpr std::uint64_t kEndless = UINT64_MAX;
  enum class End {
    kKeepAlive,  ///< the next request may follow, unless the client asked for close
    kClose,      ///< FIN after the last byte
    kReset,      ///< RST after the last byte
    kHang,       ///< nothing more comes, the connection stays open
  };

  int status = 0;  ///< for the log; 0 when no status line is sent
  std::string head = {};
  std::string body = {};
  std::string repeat = {};
  std::uint64_t repeats = 0;
  std::string tail = {};
  std::chrono::milliseconds delay{};     ///< before the first byte
  std::size_t piece = 0;                 ///< bytes per interval; 0: as fast as the socket takes them
  std::chrono::milliseconds interval{};  ///< with piece
  End end = End::kKeepAlive;
};

using ReplyFields = std::vector<std::pair<std::string, std::string>>;

/// A whole answer with a correct Content-Length.
Reply MakeReply(int status, std::string_view content_type, std::string body, const ReplyFields& fields = {});

/// Status line and fields, up to and with the empty line; no Content-Length of its own.
std::string MakeHead(int status, const ReplyFields& fields);

/// A redirect with an empty body.
Reply MakeRedirect(int status, const std::string& location);

}  // namespace trawl::test
