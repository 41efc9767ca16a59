#include "parser/byte_cursor.h"

#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

std::string Sample() {
  std::string out;
  ByteWriter writer(out);
  writer.U8(0x12);
  writer.U16(0x3456);
  writer.U32(0x789ABCDE);
  writer.U64(0x1122334455667788ULL);
  writer.Bytes("text");
  return out;
}

// Reads what Sample wrote; gives the error at the end.
ParserErrc ReadSample(std::string_view bytes) {
  ByteReader reader(bytes);
  reader.U8();
  reader.U16();
  reader.U32();
  reader.U64();
  reader.Bytes(4);
  return reader.Finish();
}

}  // namespace

TEST_CASE("A cursor reads back what was written") {
  const std::string bytes = Sample();
  ByteReader reader(bytes);
  CHECK(reader.U8() == 0x12);
  CHECK(reader.U16() == 0x3456);
  CHECK(reader.U32() == 0x789ABCDE);
  CHECK(reader.U64() == 0x1122334455667788ULL);
  CHECK(reader.Left() == 4);
  CHECK(reader.Bytes(4) == "text");
  CHECK(reader.Finish() == ParserErrc::kOk);
}

TEST_CASE("Integers are little-endian on the wire") {
  CHECK(Sample().substr(0, 7) == "\x12\x56\x34\xDE\xBC\x9A\x78");
}

TEST_CASE("A length is filled in where it was left open") {
  std::string out = "ab";
  ByteWriter writer(out);
  writer.U32(0);
  writer.Bytes("xyz");
  writer.PutU32At(2, 3);
  CHECK(out == std::string("ab\x03\0\0\0xyz", 9));
}

TEST_CASE("Bytes cut off anywhere are a truncated frame") {
  const std::string bytes = Sample();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO("cut at " << size);
    CHECK(ReadSample(std::string_view(bytes).substr(0, size)) == ParserErrc::kTruncatedFrame);
  }
}

TEST_CASE("A byte too many is told at the end") {
  CHECK(ReadSample(Sample() + "x") == ParserErrc::kTrailingBytes);
}

TEST_CASE("An integer is taken at its maximum and refused one past it") {
  ByteReader reader("\x07\x08");
  CHECK(reader.AtMost<std::uint8_t>(7) == 7);
  CHECK(reader.ok());
  CHECK(reader.AtMost<std::uint8_t>(7) == 0);
  CHECK(reader.error() == ParserErrc::kBadFrame);
}

TEST_CASE("The first error sticks and nothing is read after it") {
  ByteReader reader("abcdefgh");
  CHECK(reader.Bytes(9).empty());
  CHECK(reader.error() == ParserErrc::kTruncatedFrame);
  CHECK(reader.U8() == 0);
  CHECK(reader.Bytes(1).empty());
  reader.Fail(ParserErrc::kBadFrame);
  CHECK(reader.Finish() == ParserErrc::kTruncatedFrame);
}

TEST_CASE("A length near the largest number does not wrap around") {
  ByteReader reader("abc");
  reader.U8();
  CHECK(reader.Bytes(static_cast<std::size_t>(-1)).empty());
  CHECK(reader.error() == ParserErrc::kTruncatedFrame);
}
