#include "config/outcome.h"

namespace trawl {
namespace {

constexpr OutcomeInfo kOutcomes[] = {
    {Outcome::kOk, "ok", "The document was fetched, and parsed where its kind is parsed."},
    {Outcome::kNotModified, "not_modified", "The server answered 304: what is stored is still current."},
    {Outcome::kRedirect, "redirect", "The server pointed elsewhere (3xx); the target is a URL of its own."},
    {Outcome::kHttpError, "http_error", "The server answered with a status of 400 or more."},
    {Outcome::kDnsFailed, "dns_failed", "The host name has no address, or no name server answered."},
    {Outcome::kConnectFailed, "connect_failed", "No address of the host accepted a connection."},
    {Outcome::kTlsFailed, "tls_failed", "The TLS handshake or the check of the certificate failed."},
    {Outcome::kConnectionLost, "connection_lost", "The connection ended before the head was whole."},
    {Outcome::kIncomplete, "incomplete", "The body was shorter than promised; what came is kept and flagged."},
    {Outcome::kTimeout, "timeout", "A step, or the whole fetch, passed its deadline."},
    {Outcome::kTooSlow, "too_slow", "The answer came below the minimum rate for too long."},
    {Outcome::kTooLarge, "too_large", "The head of the answer passed its limit of bytes or fields."},
    {Outcome::kMalformed, "malformed", "The answer is not HTTP, or shaped so that two readers may disagree."},
    {Outcome::kDecodeFailed, "decode_failed", "The content coding is unknown, broken, stacked too deep or a bomb."},
    {Outcome::kProxyFailed, "proxy_failed", "The proxy could not be reached or refused the request."},
    {Outcome::kRefusedPrivate, "refused_private", "Every address is private, loopback or reserved, and not allowed."},
    {Outcome::kRobotsDenied, "robots_denied", "robots.txt disallows the URL."},
    {Outcome::kRobotsUnreachable, "robots_unreachable", "robots.txt answered 5xx or 429, so all is disallowed."},
    {Outcome::kParseCrashed, "parse_crashed", "The parser process died, or answered nonsense, on this document."},
    {Outcome::kParseTimeout, "parse_timeout", "The parser process passed its limit of CPU or wall time."},
    {Outcome::kParseLimit, "parse_limit", "The document needs more memory or nesting than the parser may use."},
};

}  // namespace

std::span<const OutcomeInfo> AllOutcomes() { return kOutcomes; }

std::string_view Name(Outcome outcome) {
  for (const OutcomeInfo& info : kOutcomes) {
    if (info.outcome == outcome) return info.name;
  }
  return "unknown";
}

std::optional<Outcome> OutcomeFromNumber(int number) {
  for (const OutcomeInfo& info : kOutcomes) {
    if (static_cast<int>(info.outcome) == number) return info.outcome;
  }
  return std::nullopt;
}

}  // namespace trawl
