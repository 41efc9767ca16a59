#include <zlib.h>

#include <new>

#include "crawler/fetch/coding.h"

namespace trawl::crawler {
namespace {

/// gzip (RFC 1952) and deflate (RFC 1950, or RFC 1951 without the wrapper, which RFC 9110 section 8.4.1.2
/// warns of), told apart by their first two bytes. A body that is labelled gzip but is none is broken, as in
/// browsers: what it is instead nobody has said. A wrong check sum damages the stream: nothing else would
/// tell a page whose bytes were turned over.
class ZlibCoding final : public Coding {
 public:
  explicit ZlibCoding(bool gzip) : gzip_(gzip) {}
  ~ZlibCoding() override {
    if (open_) inflateEnd(&stream_);
  }

  State Decode(std::string_view& in, std::span<char> out, std::size_t& written) override {
    written = 0;
    if (mode_ == Mode::kEnded) return End(in);
    if (mode_ == Mode::kUnknown || mode_ == Mode::kBetween) {
      TakeLead(in);
      if (mode_ == Mode::kUnknown && gzip_ && lead_size_ > 0 && lead_[0] != kGzipMagic) return State::kBroken;
      if (lead_size_ < 2) return State::kMore;
      const bool first_member = mode_ == Mode::kUnknown;
      if (!Begin()) return first_member ? State::kBroken : End(in);
    }
    if (lead_used_ < lead_size_) {
      std::string_view lead(lead_ + lead_used_, lead_size_ - lead_used_);
      const State state = Run(lead, out, written);
      lead_used_ = lead_size_ - static_cast<unsigned>(lead.size());
      if (state != State::kMore || lead_used_ < lead_size_ || written == out.size()) return state;
    }
    std::size_t more = 0;
    const State state = Run(in, out.subspan(written), more);
    written += more;
    return state;
  }

  bool Whole() const override {
    if (mode_ == Mode::kUnknown) return lead_size_ == 0;
    return mode_ != Mode::kInflate;
  }

 private:
  enum class Mode { kUnknown, kInflate, kBetween, kEnded };
  static constexpr char kGzipMagic = 0x1f;

  void TakeLead(std::string_view& in) {
    while (lead_size_ < 2 && !in.empty()) {
      lead_[lead_size_++] = in.front();
      in.remove_prefix(1);
    }
  }

  /// Chooses by the two bytes of lead; false when they begin no stream of this coding.
  bool Begin() {
    const auto first = static_cast<unsigned char>(lead_[0]), second = static_cast<unsigned char>(lead_[1]);
    const bool is_gzip = first == 0x1f && second == 0x8b;
    const bool is_zlib = (first & 0x0f) == 8 && (first << 8 | second) % 31 == 0;
    if (mode_ == Mode::kBetween) {
      if (!is_gzip) return false;
      inflateReset(&stream_);
    } else if (gzip_ && !is_gzip) {
      return false;
    } else {
      const int window = is_gzip ? 15 + 16 : is_zlib ? 15 : -15;
      if (inflateInit2(&stream_, window) != Z_OK) throw std::bad_alloc();
      open_ = true;
      members_ = is_gzip;
    }
    mode_ = Mode::kInflate;
    return true;
  }

  State Run(std::string_view& in, std::span<char> out, std::size_t& written) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in.size() - stream_.avail_in);
    written = out.size() - stream_.avail_out;
    if (result == Z_OK || result == Z_BUF_ERROR) return State::kMore;
    if (result != Z_STREAM_END) return State::kBroken;
    if (!members_) return End(in);
    mode_ = Mode::kBetween;
    lead_size_ = lead_used_ = 0;
    return State::kMore;
  }

  State End(std::string_view& in) {
    mode_ = Mode::kEnded;
    in = {};
    return State::kEnded;
  }

  const bool gzip_;
  Mode mode_ = Mode::kUnknown;
  bool open_ = false;
  bool members_ = false;  ///< a further gzip member may follow
  char lead_[2] = {};
  unsigned lead_size_ = 0, lead_used_ = 0;
  z_stream stream_{};
};

}  // namespace

std::unique_ptr<Coding> OpenGzip() {
  return std::make_unique<ZlibCoding>(true);
}
std::unique_ptr<Coding> OpenDeflate() {
  return std::make_unique<ZlibCoding>(false);
}

}  // namespace trawl::crawler
