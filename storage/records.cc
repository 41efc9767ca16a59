#include "storage/records.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace trawl::storage {

std::string_view Name(SkipReason reason) {
  switch (reason) {
    case SkipReason::kNone:
      return "none";
    case SkipReason::kScope:
      return "scope";
    case SkipReason::kDenied:
      return "denied";
    case SkipReason::kNotAllowed:
      return "not_allowed";
    case SkipReason::kDepth:
      return "depth";
    case SkipReason::kPageLimit:
      return "page_limit";
    case SkipReason::kRobots:
      return "robots";
    case SkipReason::kTooLong:
      return "too_long";
    case SkipReason::kRedirectLimit:
      return "redirect_limit";
    case SkipReason::kNofollow:
      return "nofollow";
    case SkipReason::kNotPage:
      return "not_page";
    case SkipReason::kTrap:
      return "trap";
    case SkipReason::kDuplicate:
      return "duplicate";
    case SkipReason::kSitemapLimit:
      return "sitemap_limit";
    case SkipReason::kHops:
      return "hops";
  }
  return "unknown";
}

std::string_view BatchText::Keep(std::string_view text) {
  constexpr std::size_t kBlock = 1024, kShort = 256;
  if (text.size() > kShort) {
    bytes_ += text.size();
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(text.size()));
    char* const begin = blocks_.back().get();
    std::copy(text.begin(), text.end(), begin);
    return {begin, text.size()};
  }
  if (text.size() > room_) {
    bytes_ += kBlock;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
    open_ = blocks_.back().get();
    room_ = kBlock;
  }
  char* const begin = open_;
  open_ = std::copy(text.begin(), text.end(), begin);
  room_ -= text.size();
  return {begin, text.size()};
}

void BatchText::Adopt(std::vector<char> buffer) {
  bytes_ += buffer.size();
  adopted_.push_back(std::move(buffer));
}

std::size_t WriteBatch::bytes() const {
  return sizeof(*this) + text.bytes() + urls.size() * sizeof(NewUrl) + links.size() * sizeof(Link) +
         items.size() * sizeof(Item) + structured.size() * sizeof(StructuredData) +
         hosts.size() * sizeof(HostState) + promotions.size() * sizeof(Promotion) +
         advances.size() * sizeof(Advance) + judgements.size() * sizeof(Judgement) +
         cookies.size() * sizeof(CookieRow) + pauses.size() * sizeof(TargetPause);
}

}  // namespace trawl::storage
