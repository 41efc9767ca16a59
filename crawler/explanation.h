#pragma once

#include <iosfwd>
#include <string>

#include "crawler/cli/json.h"
#include "storage/url_story.h"

namespace trawl::crawler {

/// What there is to say about one URL. Plain values.
struct Explanation {
  std::string url;  ///< normalised
  std::string key;  ///< its fingerprint, 16 hexadecimal digits
  storage::UrlStory story;
  /// What robots.txt, as stored, says of it: "allowed", "disallowed", "not fetched yet", ...
  std::string robots;
  std::string robots_line;  ///< the line that decided; empty when none did
  /// What a configuration would do with it, were it met as a link: "taken" or the reason; empty without one.
  std::string scope;
  std::string scope_rule, scope_target;
  std::string scope_window;  ///< of that target, "22:00-06:00 Europe/Berlin"; empty: the whole day
  /// Of a crawl that runs and was asked: crawl (its state), target and target_state ("" when nothing holds
  /// it), host_known, waiting_for, blocked_until. Empty when nobody was asked.
  storage::Facts live;
};

/// "stored", "queued", "skipped", "failed", "redirect", "sitemap" or "never seen".
std::string StateOf(const Explanation& explanation);

/// For people, a fact a line.
void WriteExplanation(const Explanation& explanation, std::ostream& out);

json::object ExplanationToJson(const Explanation& explanation);

}  // namespace trawl::crawler
