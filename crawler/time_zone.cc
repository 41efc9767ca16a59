#include "crawler/time_zone.h"

#include <unicode/ucal.h>

#include <chrono>
#include <ctime>

namespace trawl::crawler {
namespace {

constexpr int kMinutesOfHour = 60;

std::u16string Wide(const std::string& ascii) {
  return {ascii.begin(), ascii.end()};
}

}  // namespace

std::shared_ptr<const TimeZone> TimeZone::Find(const std::string& name) {
  const std::u16string wide = Wide(name);
  const auto length = static_cast<std::int32_t>(wide.size());
  UErrorCode status = U_ZERO_ERROR;
  char16_t canonical[128];
  UBool listed = 0;
  // ucal_open takes an unknown name for Greenwich, and this one takes "GMT+5:00", which has no summer time.
  ucal_getCanonicalTimeZoneID(wide.data(), length, canonical, std::size(canonical), &listed, &status);
  if (U_FAILURE(status) || listed == 0) return nullptr;
  UCalendar* calendar = ucal_open(wide.data(), length, "en", UCAL_GREGORIAN, &status);
  if (U_FAILURE(status)) return nullptr;
  return std::shared_ptr<const TimeZone>(new TimeZone(calendar));
}

TimeZone::~TimeZone() {
  ucal_close(calendar_);
}

int TimeZone::MinuteOfDay(Instant at) const {
  UErrorCode status = U_ZERO_ERROR;
  ucal_setMillis(calendar_, static_cast<UDate>(at.time_since_epoch().count()), &status);
  const int hour = ucal_get(calendar_, UCAL_HOUR_OF_DAY, &status);
  const int minute = ucal_get(calendar_, UCAL_MINUTE, &status);
  return U_FAILURE(status) ? 0 : hour * kMinutesOfHour + minute;
}

int MinuteOfDay(const TimeZone* zone, Instant at) {
  if (zone != nullptr) return zone->MinuteOfDay(at);
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts.tm_hour * kMinutesOfHour + parts.tm_min;
}

}  // namespace trawl::crawler
