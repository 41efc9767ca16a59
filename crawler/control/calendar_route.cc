// GET /calendar: how many URLs fall due to be visited again, by hour for two days and by day for thirty.

#include <array>

#include "crawler/async.h"
#include "crawler/cli/json.h"
#include "crawler/control/control.h"

namespace trawl::crawler {
namespace {

constexpr std::int64_t kHourMs = 3'600'000, kDayMs = 24 * kHourMs;
constexpr std::int64_t kHoursShown = 48, kDaysShown = 30;
// Groups of the query: overdue, the hours of two days, then days, then what comes later.
constexpr std::int64_t kOverdue = -1, kFirstDay = 1000, kLater = 2000;

std::string CalendarSql(std::int64_t now) {
  const std::string in = "(due - " + std::to_string(now) + ")";
  return "SELECT CASE WHEN due <= " + std::to_string(now) + " THEN " + std::to_string(kOverdue) + " WHEN " +
         in + " < " + std::to_string(kHoursShown * kHourMs) + " THEN " + in + " / " +
         std::to_string(kHourMs) + " WHEN " + in + " < " + std::to_string(kDaysShown * kDayMs) + " THEN " +
         std::to_string(kFirstDay) + " + " + in + " / " + std::to_string(kDayMs) + " ELSE " +
         std::to_string(kLater) + " END AS slot, count(*) FROM revisit WHERE due IS NOT NULL GROUP BY slot";
}

}  // namespace

Awaitable<ControlReply> Control::Calendar(ControlRequest) {
  const std::int64_t now = crawl_.clock.Now().time_since_epoch().count();
  std::string sql = CalendarSql(now);
  const SqlRows rows = co_await sql_.Run(std::move(sql), kHoursShown + kDaysShown + 2);
  if (!rows.error.ok) co_return Refusal(503, rows.error.message);
  std::array<std::int64_t, kHoursShown> hours{};
  std::array<std::int64_t, kDaysShown> days{};
  std::int64_t overdue = 0, later = 0;
  for (const std::vector<storage::Value>& row : rows.rows) {
    const auto *slot = std::get_if<std::int64_t>(&row[0]), *urls = std::get_if<std::int64_t>(&row[1]);
    if (!slot || !urls) continue;
    if (*slot == kOverdue) {
      overdue = *urls;
    } else if (*slot == kLater) {
      later = *urls;
    } else if (*slot >= kFirstDay) {
      days[static_cast<std::size_t>(*slot - kFirstDay)] += *urls;
    } else {
      hours[static_cast<std::size_t>(*slot)] = *urls;
      days[static_cast<std::size_t>(*slot / 24)] += *urls;
    }
  }
  ControlReply reply;
  reply.body = ToJson(json::object{{"now", now},
                                   {"overdue", overdue},
                                   {"hours", json::array(hours.begin(), hours.end())},
                                   {"days", json::array(days.begin(), days.end())},
                                   {"later", later}}) +
               "\n";
  co_return reply;
}

}  // namespace trawl::crawler
