#include "crawler/frontier/head_url.h"

#include <cstring>

namespace trawl::crawler {

// The block: Fixed, then the Earlier if there is one, the URL, the ETag and the Last-Modified.
struct HeadUrl::Fixed {
  UrlId id;
  Instant due;
  std::uint32_t url_size, etag_size, last_modified_size;
  std::uint16_t target, depth;
  storage::ChangeHint hint;
  std::uint8_t attempts, redirects, sitemap, hops;
  bool has_earlier;
  std::size_t earlier_size() const { return has_earlier ? sizeof(storage::Earlier) : 0; }
};

HeadUrl::HeadUrl(const storage::QueuedUrl& url) : order_(OrderOf(url.place.key)) {
  const Fixed fixed{url.id,
                    url.place.due,
                    static_cast<std::uint32_t>(url.url.size()),
                    static_cast<std::uint32_t>(url.etag.size()),
                    static_cast<std::uint32_t>(url.last_modified.size()),
                    url.target,
                    url.depth,
                    url.hint,
                    url.place.attempts,
                    url.redirects,
                    url.sitemap,
                    url.hops,
                    url.earlier.has_value()};
  const std::size_t texts = url.url.size() + url.etag.size() + url.last_modified.size();
  block_.reset(new char[sizeof(Fixed) + fixed.earlier_size() + texts]);
  char* out = block_.get();
  std::memcpy(out, &fixed, sizeof fixed);
  out += sizeof fixed;
  if (url.earlier) std::memcpy(out, &*url.earlier, sizeof *url.earlier);
  out += fixed.earlier_size();
  for (const std::string* text : {&url.url, &url.etag, &url.last_modified}) {
    std::memcpy(out, text->data(), text->size());
    out += text->size();
  }
}

HeadUrl::Fixed HeadUrl::Read() const {
  Fixed fixed;
  std::memcpy(&fixed, block_.get(), sizeof fixed);
  return fixed;
}

Instant HeadUrl::due() const {
  return Read().due;
}

std::uint16_t HeadUrl::target() const {
  return Read().target;
}

storage::QueuedUrl HeadUrl::Unpack(HostId host) const {
  const Fixed fixed = Read();
  const char* text = block_.get() + sizeof fixed;
  storage::QueuedUrl url;
  url.id = fixed.id;
  url.place = {KeyOf(host, order_), fixed.due, fixed.attempts};
  if (fixed.has_earlier) std::memcpy(&url.earlier.emplace(), text, sizeof(storage::Earlier));
  text += fixed.earlier_size();
  url.url.assign(text, fixed.url_size);
  text += fixed.url_size;
  url.etag.assign(text, fixed.etag_size);
  text += fixed.etag_size;
  url.last_modified.assign(text, fixed.last_modified_size);
  url.target = fixed.target;
  url.depth = fixed.depth;
  url.redirects = fixed.redirects;
  url.sitemap = fixed.sitemap;
  url.hint = fixed.hint;
  url.hops = fixed.hops;
  return url;
}

}  // namespace trawl::crawler
