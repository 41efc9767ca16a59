#include "parser/open_elements.h"

namespace trawl::parser {

std::size_t OpenElements::Find(TagRole role, std::uint16_t barrier) const {
  if (!Holds(role)) return kNone;
  for (std::size_t i = size_; i > 0; --i) {
    const OpenElement& element = stack_[i];
    if (element.role == role && !element.Has(kForeign)) return i - 1;
    if (element.Has(barrier)) return kNone;
  }
  return kNone;
}

std::size_t OpenElements::Find(std::uint64_t key, std::uint16_t barrier) const {
  for (std::size_t i = size_; i > 0; --i) {
    const OpenElement& element = stack_[i];
    if (element.key == key && !element.Has(kForeign)) return i - 1;
    if (element.Has(barrier)) return kNone;
  }
  return kNone;
}

}  // namespace trawl::parser
