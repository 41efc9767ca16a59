#include <zstd.h>

#include <new>

#include "crawler/fetch/coding.h"

namespace trawl::crawler {
namespace {

constexpr int kWindowLog = 23;  // 8 MiB, the most that RFC 9659 allows on the web

/// RFC 8878: frames one after another; what follows a whole frame and is none is left alone.
class ZstdCoding final : public Coding {
 public:
  ZstdCoding() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kWindowLog);
  }
  ~ZstdCoding() override { ZSTD_freeDStream(stream_); }

  State Decode(std::string_view& in, std::span<char> out, std::size_t& written) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const bool between = at_frame_end_;
    const std::size_t result = ZSTD_decompressStream(stream_, &output, &input);
    written = output.pos;
    in.remove_prefix(input.pos);
    if (ZSTD_isError(result)) {
      if (!between || frames_ == 0) return State::kBroken;
      in = {};
      return State::kEnded;
    }
    if (input.pos > 0 || output.pos > 0) at_frame_end_ = result == 0;
    if (result == 0 && input.pos > 0) ++frames_;
    return State::kMore;
  }

  bool Whole() const override { return at_frame_end_; }

 private:
  ZSTD_DStream* stream_;
  bool at_frame_end_ = true;
  std::size_t frames_ = 0;
};

}  // namespace

std::unique_ptr<Coding> OpenZstd() {
  return std::make_unique<ZstdCoding>();
}

}  // namespace trawl::crawler
