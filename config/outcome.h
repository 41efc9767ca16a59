#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace trawl {

/// How a visit ended. Every fetch has exactly one. The numbers are stored: never reuse or renumber.
enum class Outcome : std::uint8_t {
  kOk = 0,
  kNotModified = 1,
  kRedirect = 2,
  kHttpError = 3,
  kDnsFailed = 10,
  kConnectFailed = 11,
  kTlsFailed = 12,
  kConnectionLost = 13,
  kIncomplete = 14,
  kTimeout = 15,
  kTooSlow = 16,
  kTooLarge = 17,
  kMalformed = 18,
  kDecodeFailed = 19,
  kProxyFailed = 20,
  kRefusedPrivate = 30,
  kRobotsDenied = 31,
  kRobotsUnreachable = 32,
  kParseCrashed = 40,
  kParseTimeout = 41,
  kParseLimit = 42,
};

struct OutcomeInfo {
  Outcome outcome;
  std::string_view name;      ///< the word in the views, e.g. "dns_failed"
  std::string_view sentence;  ///< when it happens
};

/// All outcomes, in order of their numbers: the `outcomes` table of the database.
std::span<const OutcomeInfo> AllOutcomes();

std::string_view Name(Outcome outcome);
std::optional<Outcome> OutcomeFromNumber(int number);

}  // namespace trawl
