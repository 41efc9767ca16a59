#pragma once

#include <memory>
#include <string>

#include "config/instant.h"

namespace trawl::crawler {

/// A time zone of the IANA database, with its summer time, as ICU has it. Runs on: one thread at a time. The
/// one door to ICU's calendars.
class TimeZone {
 public:
  /// "Europe/Berlin", "UTC". None for a name that the database does not have.
  static std::shared_ptr<const TimeZone> Find(const std::string& name);
  ~TimeZone();
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

  /// Since midnight there, 0 to 1439.
  int MinuteOfDay(Instant at) const;

 private:
  explicit TimeZone(void** calendar) : calendar_(calendar) {}
  void** const calendar_;  ///< a UCalendar
};

/// Since midnight in `zone`; without one in that of the process, by the environment variable TZ or the
/// system's.
int MinuteOfDay(const TimeZone* zone, Instant at);

}  // namespace trawl::crawler
