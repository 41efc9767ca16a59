#include "storage/sqlite/id_filter.h"

#include <algorithm>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

// Four bits an id in one word: of ids that are not there one in sixty is taken for known when a part is full.
constexpr std::size_t kIdsPerWord = 5;
constexpr std::size_t kMaxWords = IdFilter::kMaxBytes / sizeof(std::uint64_t) / IdFilter::kParts;
// A part is made for so many more than it has, so that it is filled anew a few times while a crawl grows.
constexpr std::size_t kLeastRoom = 1024;

}  // namespace

std::int64_t IdFilter::FirstOf(std::int64_t part) {
  return (part - kParts / 2) * (std::int64_t{1} << (64 - kPartBits));
}

std::int64_t IdFilter::LastOf(std::int64_t part) {
  return FirstOf(part) + ((std::int64_t{1} << (64 - kPartBits)) - 1);
}

std::size_t IdFilter::PartOf(UrlId id) {
  return static_cast<std::size_t>((ToKey(id) >> (64 - kPartBits)) + kParts / 2);
}

std::uint64_t IdFilter::BitsOf(UrlId id) {
  std::uint64_t bits = 0, rest = static_cast<std::uint64_t>(id);
  for (int i = 0; i < 4; ++i, rest >>= 6) bits |= std::uint64_t{1} << (rest & 63);
  return bits;
}

/// By the 32 bits between those that choose the part and those that choose the bits.
std::size_t IdFilter::WordOf(const Part& part, UrlId id) {
  const std::uint64_t random = static_cast<std::uint64_t>(id) >> 24 & 0xffff'ffff;
  return static_cast<std::size_t>(random * part.words.size() >> 32);
}

bool IdFilter::MayHave(UrlId id) const {
  const Part& part = parts_[PartOf(id)];
  if (part.words.empty()) return true;
  const std::uint64_t bits = BitsOf(id);
  return (part.words[WordOf(part, id)] & bits) == bits;
}

void IdFilter::Add(UrlId id) {
  Part& part = parts_[PartOf(id)];
  if (part.words.empty()) return;
  part.words[WordOf(part, id)] |= BitsOf(id);
  ++part.ids;
}

bool IdFilter::Wants(std::int64_t number) const {
  const Part& part = parts_[static_cast<std::size_t>(number)];
  return part.ids >= part.room && (part.words.size() < kMaxWords || part.words.empty());
}

void IdFilter::Fill(std::int64_t number, std::span<const UrlId> ids) {
  Part& part = parts_[static_cast<std::size_t>(number)];
  part.room = ids.size() + std::max(ids.size() / 2, kLeastRoom);
  part.words.assign(std::clamp(part.room / kIdsPerWord, std::size_t{1}, kMaxWords), 0);
  part.ids = 0;
  for (const UrlId id : ids) Add(id);
}

}  // namespace trawl::storage::sqlite
