#include "crawler/fetch/address_guard.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace trawl::crawler {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Range4 {
  std::uint32_t base;
  unsigned prefix;
  std::string_view name;
};

constexpr std::uint32_t Quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Range4 kRanges4[] = {
    {Quad(0, 0, 0, 0), 8, "this network (0.0.0.0/8)"},
    {Quad(10, 0, 0, 0), 8, "private (10.0.0.0/8)"},
    {Quad(100, 64, 0, 0), 10, "carrier-grade NAT (100.64.0.0/10)"},
    {Quad(127, 0, 0, 0), 8, "loopback (127.0.0.0/8)"},
    {Quad(169, 254, 0, 0), 16, "link-local (169.254.0.0/16)"},
    {Quad(172, 16, 0, 0), 12, "private (172.16.0.0/12)"},
    {Quad(192, 0, 0, 0), 24, "protocol assignments (192.0.0.0/24)"},
    {Quad(192, 0, 2, 0), 24, "documentation (192.0.2.0/24)"},
    {Quad(192, 88, 99, 0), 24, "6to4 relay (192.88.99.0/24)"},
    {Quad(192, 168, 0, 0), 16, "private (192.168.0.0/16)"},
    {Quad(198, 18, 0, 0), 15, "benchmarking (198.18.0.0/15)"},
    {Quad(198, 51, 100, 0), 24, "documentation (198.51.100.0/24)"},
    {Quad(203, 0, 113, 0), 24, "documentation (203.0.113.0/24)"},
    {Quad(224, 0, 0, 0), 4, "multicast (224.0.0.0/4)"},
    {Quad(240, 0, 0, 0), 4, "reserved (240.0.0.0/4)"},
};

struct Range6 {
  std::array<std::uint8_t, 16> base;
  unsigned prefix;
  std::string_view name;
};

// Everything else of 2000::/3 is public; everything outside of it is not.
constexpr Range6 kRanges6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23, "protocol assignments and Teredo (2001::/23)"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation (2001:db8::/32)"},
    {{0x3f, 0xff, 0x00, 0x00}, 20, "documentation (3fff::/20)"},
    {{0x5f, 0x00, 0x00, 0x00}, 16, "segment routing (5f00::/16)"},
    {{0xfc, 0x00, 0x00, 0x00}, 7, "private (fc00::/7)"},
    {{0xfe, 0x80, 0x00, 0x00}, 10, "link-local (fe80::/10)"},
    {{0xfe, 0xc0, 0x00, 0x00}, 10, "site-local (fec0::/10)"},
    {{0xff, 0x00, 0x00, 0x00}, 8, "multicast (ff00::/8)"},
};

template <std::size_t N>
bool SamePrefix(const std::array<std::uint8_t, N>& a, const std::array<std::uint8_t, N>& b, unsigned bits) {
  bits = std::min<unsigned>(bits, N * 8);
  const unsigned whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return (a[whole] & mask) == (b[whole] & mask);
}

std::string_view Reserved4(std::uint32_t bits) {
  for (const Range4& range : kRanges4) {
    if ((bits ^ range.base) >> (32 - range.prefix) == 0) return range.name;
  }
  return {};
}

std::uint32_t QuadAt(const address_v6::bytes_type& bytes, std::size_t at) {
  return Quad(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool AllZero(const address_v6::bytes_type& bytes, std::size_t from, std::size_t to) {
  return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                     bytes.begin() + static_cast<std::ptrdiff_t>(to),
                     [](unsigned char byte) { return byte == 0; });
}

/// The IPv4 address that packets to this one end at.
std::optional<address_v4> Carried(const address_v6& v6) {
  const auto bytes = v6.to_bytes();
  if (v6.is_v4_mapped()) return address_v4(QuadAt(bytes, 12));                 // ::ffff:0:0/96
  const bool nat64 = QuadAt(bytes, 0) == 0x0064ff9b && AllZero(bytes, 4, 12);  // RFC 6052
  if (nat64) return address_v4(QuadAt(bytes, 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return address_v4(QuadAt(bytes, 2));  // RFC 3056
  return std::nullopt;
}

std::string_view Reserved6(const address_v6& v6) {
  if (const auto carried = Carried(v6)) return Reserved4(carried->to_uint());
  const auto bytes = v6.to_bytes();
  if (AllZero(bytes, 0, 15) && bytes[15] == 1) return "loopback (::1)";
  if (AllZero(bytes, 0, 16)) return "unspecified (::)";
  for (const Range6& range : kRanges6) {
    if (SamePrefix(bytes, range.base, range.prefix)) return range.name;
  }
  if ((bytes[0] & 0xe0) != 0x20) return "outside of the public range (2000::/3)";
  return {};
}

}  // namespace

bool Network::Contains(const address& other) const {
  if (base.is_v4() != other.is_v4()) return false;
  if (base.is_v4()) return SamePrefix(base.to_v4().to_bytes(), other.to_v4().to_bytes(), prefix);
  return SamePrefix(base.to_v6().to_bytes(), other.to_v6().to_bytes(), prefix);
}

std::optional<Network> ParseNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  boost::system::error_code error;
  Network network;
  network.base = boost::asio::ip::make_address(std::string(text.substr(0, slash)), error);
  if (error) return std::nullopt;
  const unsigned most = network.base.is_v4() ? 32 : 128;
  network.prefix = most;
  if (slash != text.npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data() + slash + 1, end, network.prefix);
    if (failed != std::errc() || stop != end || network.prefix > most) return std::nullopt;
  }
  // A block whose base has bits after the prefix is a typing error that would allow more, or less, than
  // meant.
  Network exact{network.base, most};
  const auto masked = [&](auto bytes) {
    for (unsigned bit = network.prefix; bit < bytes.size() * 8; ++bit)
      bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
    return bytes;
  };
  const address cleared = network.base.is_v4() ? address(address_v4(masked(network.base.to_v4().to_bytes())))
                                               : address(address_v6(masked(network.base.to_v6().to_bytes())));
  if (!exact.Contains(cleared)) return std::nullopt;
  return network;
}

std::string_view ReservedRange(const address& which) {
  return which.is_v4() ? Reserved4(which.to_v4().to_uint()) : Reserved6(which.to_v6());
}

AddressGuard::AddressGuard(bool allow_private, const std::vector<std::string>& networks)
    : allow_all_(allow_private) {
  for (const std::string& text : networks) {
    if (const auto network = ParseNetwork(text)) allowed_.push_back(*network);
  }
}

std::string AddressGuard::Refusal(const address& which) const {
  if (allow_all_) return {};
  const std::string_view range = ReservedRange(which);
  if (range.empty()) return {};
  const auto allows = [&](const address& one) {
    return std::any_of(allowed_.begin(), allowed_.end(),
                       [&](const Network& network) { return network.Contains(one); });
  };
  if (allows(which)) return {};
  if (which.is_v6()) {
    const auto carried = Carried(which.to_v6());
    if (carried && allows(*carried)) return {};
  }
  return which.to_string() + " is " + std::string(range);
}

}  // namespace trawl::crawler
