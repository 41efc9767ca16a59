#include "crawler/robots_tag.h"

namespace trawl::crawler {

RobotsTag ReadRobotsTag(const Fields& fields, std::string_view product_token) {
  RobotsTag tag;
  for (const auto& [name, value] : fields) {
    if (!SameToken(name, "x-robots-tag")) continue;
    bool ours = true;
    std::string_view list = value, element;
    while (NextElement(list, element)) {
      // "otherbot: noindex": what follows up to the next name is for that agent. The directives that have a
      // colon of their own are no names.
      const std::size_t colon = element.find(':');
      const std::string_view before = TrimSpace(element.substr(0, colon));
      const bool directive = SameToken(before, "unavailable_after") || SameToken(before, "max-snippet") ||
                             SameToken(before, "max-image-preview") || SameToken(before, "max-video-preview");
      if (colon != element.npos && !directive) {
        ours = SameToken(before, product_token);
        element = TrimSpace(element.substr(colon + 1));
      }
      if (!ours) continue;
      const bool none = SameToken(element, "none");
      tag.noindex = tag.noindex || none || SameToken(element, "noindex");
      tag.nofollow = tag.nofollow || none || SameToken(element, "nofollow");
    }
  }
  return tag;
}

}  // namespace trawl::crawler
