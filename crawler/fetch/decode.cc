#include "crawler/fetch/decode.h"

#include <algorithm>
#include <array>

#include "crawler/fetch/gzip_file.h"
#include "parser/ascii.h"

namespace trawl::crawler {

Decoder::Decoder(Bytes max_body) : max_body_(max_body.count) {}

FetchFailure Decoder::Open(const Fields& fields) {
  for (const auto& [name, value] : fields) {
    if (!SameToken(name, "content-encoding")) continue;
    std::string_view list = value, element;
    while (NextElement(list, element)) {
      std::string coding = parser::AsciiLowered(element);
      if (coding.empty() || coding == "identity") continue;
      if (stages_.size() == kMaxCodings) return {Outcome::kDecodeFailed, "more than two content codings"};
      auto decoder = OpenCoding(coding);
      if (!decoder) return {Outcome::kDecodeFailed, "unknown content coding: " + coding.substr(0, 64)};
      Stage stage;
      stage.name = std::move(coding);
      stage.coding = std::move(decoder);
      stages_.insert(stages_.begin(), std::move(stage));
    }
  }
  return {};
}

void Decoder::UnpackGzipFile() {
  Stage stage;
  stage.name = "gzip file";
  stage.coding = OpenGzipFile();
  stages_.push_back(std::move(stage));
}

bool Decoder::Feed(std::string_view bytes, std::string& body) {
  if (full_ || failure_) return false;
  return Run(0, bytes, body);
}

bool Decoder::Append(std::string_view bytes, std::string& body) {
  const std::uint64_t room = max_body_ - std::min<std::uint64_t>(max_body_, body.size());
  full_ = bytes.size() > room;
  body.append(bytes.substr(0, room));
  return !full_;
}

bool Decoder::Run(std::size_t at, std::string_view bytes, std::string& body) {
  if (at == stages_.size()) return Append(bytes, body);
  Stage& stage = stages_[at];
  if (stage.ended) return true;  // what follows a whole stream is not part of the body
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    std::size_t written = 0;
    const std::size_t before = bytes.size();
    const Coding::State state = stage.coding->Decode(bytes, buffer, written);
    stage.in += before - bytes.size();
    stage.out += written;
    if (stage.out > kRatioFrom && stage.out / kMaxRatio > stage.in) {
      failure_ = {Outcome::kDecodeFailed,
                  stage.name + " swells more than " + std::to_string(kMaxRatio) + " times"};
      return false;
    }
    if (written > 0 && !Run(at + 1, std::string_view(buffer.data(), written), body)) return false;
    if (state == Coding::State::kBroken) {
      failure_ = {Outcome::kDecodeFailed, "the " + stage.name + " stream is damaged"};
      return false;
    }
    stage.ended = state == Coding::State::kEnded;
    if (stage.ended) return true;
    // Without output and without progress nothing more is in there until further input comes.
    if (written < buffer.size() && (bytes.empty() || bytes.size() == before)) return true;
  }
}

FetchFailure Decoder::Finish() const {
  if (failure_) return failure_;
  for (const Stage& stage : stages_) {
    if (!stage.ended && !stage.coding->Whole())
      return {Outcome::kIncomplete, "the " + stage.name + " stream is cut"};
  }
  return {};
}

}  // namespace trawl::crawler
