#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/arena.h"
#include "parser/html_names.h"
#include "parser/url.h"
#include "parser/wire.h"

namespace trawl::parser {

/// What <meta http-equiv=refresh> asks for. `url` is as written, empty for the page itself.
struct Refresh {
  std::uint32_t delay_ms = 0;
  std::string_view url;
};

/// The shared declarative refresh steps (HTML 4.2.5.3); nothing when `content` is not one. The part of a
/// second is kept.
std::optional<Refresh> ParseRefresh(std::string_view content);

/// Gathers what a page says of itself: title, description, canonical, base, language, robots, refresh.
/// Runs on: parser process. Borrows the job, the arena and the document's bytes.
class MetaCollector {
 public:
  MetaCollector(const PageJob& job, Arena& arena) : job_(job), arena_(arena) {}

  void Open(Element element, const Attributes& attributes);
  /// The text of a <title>; of several the first counts.
  void Title(std::string_view text) {
    if (titles_ == 1) title_.append(text);
  }

  const std::optional<Refresh>& refresh() const { return refresh_; }

  /// Fills the page's fields, and gives the URL that its relative links are resolved against (HTML 2.4.3).
  Url Finish(const Url& document, ParsedPage& page);

 private:
  void OpenMeta(const Attributes& attributes);
  void Robots(std::string_view content);

  const PageJob& job_;
  Arena& arena_;
  std::string title_;
  int titles_ = 0;
  bool base_seen_ = false;
  bool language_seen_ = false;
  bool noindex_ = false;
  bool nofollow_ = false;
  std::string_view base_;
  std::string_view description_;
  std::string_view canonical_;
  std::string_view language_;
  std::string_view content_language_;
  std::optional<Refresh> refresh_;
};

}  // namespace trawl::parser
