#include "crawler/time_text.h"

#include <cstdio>
#include <ctime>

namespace trawl::crawler {

std::string TimeText(Instant at) {
  const auto milliseconds = at.time_since_epoch().count();
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[80];  // a year of any int fits
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(milliseconds % 1000));
  return text;
}

}  // namespace trawl::crawler
