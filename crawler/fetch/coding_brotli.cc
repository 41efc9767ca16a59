#include <brotli/decode.h>

#include <new>

#include "crawler/fetch/coding.h"

namespace trawl::crawler {
namespace {

/// RFC 7932; the large windows outside of it stay off, so 16 MiB is the most a stream can ask for.
class BrotliCoding final : public Coding {
 public:
  BrotliCoding() : decoder_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (decoder_ == nullptr) throw std::bad_alloc();
  }
  ~BrotliCoding() override { BrotliDecoderDestroyInstance(decoder_); }

  State Decode(std::string_view& in, std::span<char> out, std::size_t& written) override {
    std::size_t left_in = in.size(), left_out = out.size();
    auto next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    auto next_out = reinterpret_cast<std::uint8_t*>(out.data());
    begun_ = begun_ || !in.empty();
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(decoder_, &left_in, &next_in, &left_out, &next_out, nullptr);
    in.remove_prefix(in.size() - left_in);
    written = out.size() - left_out;
    if (result == BROTLI_DECODER_RESULT_ERROR) return State::kBroken;
    if (result != BROTLI_DECODER_RESULT_SUCCESS) return State::kMore;
    in = {};
    return State::kEnded;
  }

  bool Whole() const override { return !begun_ || BrotliDecoderIsFinished(decoder_); }

 private:
  BrotliDecoderState* decoder_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Coding> OpenBrotli() {
  return std::make_unique<BrotliCoding>();
}

}  // namespace trawl::crawler
