#include "crawler/fetch/decode.h"

#include "tests/support/catch.h"
#include "tests/support/compress.h"

namespace trawl::test {
namespace {

using crawler::Decoder;
using crawler::FetchFailure;

struct Decoded {
  std::string body;
  FetchFailure failure;
  bool full = false;
};

Decoded Decode(const std::string& codings, std::string_view bytes, Bytes max_body = MiB(10),
               std::size_t step = 1 << 20) {
  Decoder decoder(max_body);
  Decoded decoded;
  decoded.failure = decoder.Open({{"Content-Encoding", codings}});
  bool more = !decoded.failure;
  while (more && !bytes.empty()) {
    more = decoder.Feed(bytes.substr(0, step), decoded.body);
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  decoded.full = decoder.full();
  if (!decoded.failure && !decoded.full) decoded.failure = decoder.Finish();
  return decoded;
}

/// Text that compresses as prose does: about 5:1.
std::string Prose(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += "word" + std::to_string(state >> 20) + " ";
  }
  text.resize(size);
  return text;
}

struct Coder {
  const char* name;
  std::string (*code)(std::string_view);
};
constexpr Coder kCoders[] = {
    {"gzip", Gzip}, {"deflate", Zlib}, {"deflate", RawDeflate}, {"br", Brotli}, {"zstd", Zstd}};

TEST_CASE("EveryCodingGivesTheBodyBackWhateverTheSplit") {
  const std::string body = Prose(200'000);
  for (const Coder& coder : kCoders) {
    const std::string coded = coder.code(body);
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}, coded.size()}) {
      INFO(coder.name << " " << step);
      const Decoded decoded = Decode(coder.name, coded, MiB(10), step);
      CHECK_FALSE(decoded.failure);
      CHECK(decoded.body == body);
    }
  }
}

TEST_CASE("TwoCodingsAreUndoneAndAThirdIsRefused") {
  const std::string body = Prose(50'000);
  for (const Coder& inner : kCoders) {
    for (const Coder& outer : kCoders) {
      INFO(inner.name << ", " << outer.name);
      const std::string names = std::string(inner.name) + ", " + outer.name;
      CHECK(Decode(names, outer.code(inner.code(body))).body == body);
    }
  }
  CHECK(Decode("gzip, gzip, gzip", Gzip(Gzip(Gzip(body)))).failure.outcome == Outcome::kDecodeFailed);
  CHECK(Decode("identity, gzip, identity, , br", Brotli(Gzip(body))).body == body);
}

TEST_CASE("ABombIsStoppedByItsRatio") {
  const std::string zeros(32 << 20, '\0');
  for (const Coder& coder : kCoders) {
    INFO(coder.name);
    const std::string coded = coder.code(zeros);
    const Decoded decoded = Decode(coder.name, coded, MiB(1024));
    CHECK(decoded.failure.outcome == Outcome::kDecodeFailed);
    CHECK(decoded.failure.detail.find("swells") != std::string::npos);
    CHECK(decoded.body.size() <= Decoder::kRatioFrom + (64 << 10));
    const Decoded twice = Decode(std::string(coder.name) + ", gzip", Gzip(coded), MiB(1024));
    CHECK(twice.failure.outcome == Outcome::kDecodeFailed);
    CHECK(twice.body.size() <= Decoder::kRatioFrom + (64 << 10));
  }
}

TEST_CASE("AHighRatioIsNoBombWhileItIsSmall") {
  for (const Coder& coder : kCoders) {
    const std::string zeros(Decoder::kRatioFrom, '\0');
    CHECK(Decode(coder.name, coder.code(zeros)).body == zeros);
  }
}

TEST_CASE("TheBodyIsCutAtItsLimitAndNotBefore") {
  const std::string body = Prose(100'000);
  for (const Coder& coder : kCoders) {
    INFO(coder.name);
    const Decoded exact = Decode(coder.name, coder.code(body), {100'000});
    CHECK(exact.body == body);
    CHECK_FALSE(exact.full);
    const Decoded cut = Decode(coder.name, coder.code(body), {99'999});
    CHECK(cut.full);
    CHECK(cut.body == body.substr(0, 99'999));
  }
  CHECK_FALSE(Decode("", body, {100'000}).full);
  CHECK(Decode("", body, {99'999}).full);
  CHECK(Decode("", body, {0}).full);
}

TEST_CASE("ACutStreamGivesWhatThereIs") {
  const std::string body = Prose(100'000);
  for (const Coder& coder : kCoders) {
    const std::string coded = coder.code(body);
    for (const std::size_t keep : {coded.size() / 2, coded.size() - 1}) {
      INFO(coder.name << " " << keep);
      const Decoded decoded = Decode(coder.name, coded.substr(0, keep));
      CHECK(decoded.failure.outcome == Outcome::kIncomplete);
      CHECK(body.compare(0, decoded.body.size(), decoded.body) == 0);
    }
  }
}

TEST_CASE("ADamagedStreamIsToldFromAPage") {
  const std::string body = Prose(100'000);
  for (const Coder& coder : kCoders) {
    if (coder.code == RawDeflate || coder.code == Brotli || coder.code == Zstd)
      continue;  // without a check sum
    std::string coded = coder.code(body);
    for (std::size_t i = coded.size() / 2; i < coded.size() / 2 + 32; ++i)
      coded[i] = static_cast<char>(~coded[i]);
    INFO(coder.name);
    CHECK(Decode(coder.name, coded).failure.outcome == Outcome::kDecodeFailed);
  }
  for (const char* name : {"gzip", "x-gzip", "br", "zstd"}) {
    for (const std::size_t step : {1, 2, 100}) {
      INFO(name << " " << step);
      const Decoded plain = Decode(name, "<!DOCTYPE html><p>not coded at all", MiB(10), step);
      CHECK(plain.failure.outcome == Outcome::kDecodeFailed);
      CHECK(plain.body.empty());
    }
  }
  CHECK(Decode("gzip", Zlib(body)).failure.outcome == Outcome::kDecodeFailed);
  CHECK(Decode("gzip", "x").failure.outcome == Outcome::kDecodeFailed);
  CHECK(Decode("gzip", "\x1f").failure.outcome == Outcome::kIncomplete);
  CHECK(Decode("compress", "x").failure.detail == "unknown content coding: compress");
}

TEST_CASE("AnEmptyBodyIsWholeInEveryCoding") {
  for (const Coder& coder : kCoders) {
    CHECK_FALSE(Decode(coder.name, "").failure);
    CHECK(Decode(coder.name, coder.code("")).body.empty());
    CHECK_FALSE(Decode(coder.name, coder.code("")).failure);
  }
}

}  // namespace
TEST_CASE("AGzipFileIsUnpackedWhateverTheSplitAndAnythingElsePasses") {
  const std::string prose = Prose(50'000);
  for (const std::string& file : {Gzip(prose), prose, std::string("\x1fx"), std::string("<a/>")}) {
    const std::string expected = file == Gzip(prose) ? prose : file;
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, file.size()}) {
      Decoder decoder(MiB(1));
      REQUIRE_FALSE(decoder.Open({{"Content-Encoding", "br"}}));
      decoder.UnpackGzipFile();
      std::string body;
      std::string_view bytes;
      const std::string coded = Brotli(file);
      for (bytes = coded; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size())))
        REQUIRE(decoder.Feed(bytes.substr(0, step), body));
      CHECK_FALSE(decoder.Finish());
      CHECK(body == expected);
    }
  }
}

TEST_CASE("AGzipFileThatIsCutOrABombIsTold") {
  Decoder cut(MiB(1)), bomb(MiB(50));
  cut.UnpackGzipFile();
  bomb.UnpackGzipFile();
  std::string body;
  const std::string file = Gzip(Prose(50'000));
  CHECK(cut.Feed(std::string_view(file).substr(0, file.size() / 2), body));
  CHECK(cut.Finish().outcome == Outcome::kIncomplete);
  CHECK_FALSE(bomb.Feed(Gzip(std::string(20 << 20, 'a')), body));
  CHECK(bomb.failure().outcome == Outcome::kDecodeFailed);
}

}  // namespace trawl::test
