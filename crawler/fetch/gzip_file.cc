#include "crawler/fetch/gzip_file.h"

#include <algorithm>
#include <string>

namespace trawl::crawler {
namespace {

constexpr char kMagic[] = {'\x1f', '\x8b'};

class GzipFile final : public Coding {
 public:
  State Decode(std::string_view& in, std::span<char> out, std::size_t& written) override {
    written = 0;
    while (!decided_ && !in.empty()) {
      first_.push_back(in.front());
      in.remove_prefix(1);
      const bool differs = first_.back() != kMagic[first_.size() - 1];
      decided_ = differs || first_.size() == sizeof kMagic;
      if (decided_ && !differs) gzip_ = OpenGzip();
    }
    if (!decided_) return State::kMore;
    State state = State::kMore;
    if (!first_.empty()) {
      std::string_view rest = first_;
      state = Pass(rest, out, written);
      first_.erase(0, first_.size() - rest.size());
    }
    if (state != State::kMore || !first_.empty()) return state;
    std::size_t more = 0;
    state = Pass(in, out.subspan(written), more);
    written += more;
    return state;
  }

  bool Whole() const override { return gzip_ ? gzip_->Whole() : true; }

 private:
  State Pass(std::string_view& in, std::span<char> out, std::size_t& written) {
    if (gzip_) return gzip_->Decode(in, out, written);
    written = std::min(in.size(), out.size());
    std::copy_n(in.begin(), written, out.begin());
    in.remove_prefix(written);
    return State::kMore;
  }

  std::string first_;  ///< bytes taken before it was clear, and not yet passed on
  bool decided_ = false;
  std::unique_ptr<Coding> gzip_;
};

}  // namespace

std::unique_ptr<Coding> OpenGzipFile() {
  return std::make_unique<GzipFile>();
}

}  // namespace trawl::crawler
