#include "crawler/control/message.h"

#include <string_view>

#include "crawler/cli/json.h"

namespace trawl::crawler {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string ValueOf(const ControlRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

ControlReply Refusal(unsigned status, const std::string& why) {
  ControlReply reply;
  reply.status = status;
  reply.body = ToJson(json::object{{"error", why}}) + "\n";
  return reply;
}

std::string DecodeUrlText(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
  }
  return decoded;
}

void SplitTarget(std::string_view target, ControlRequest& into) {
  const std::size_t mark = target.find('?');
  into.path = DecodeUrlText(target.substr(0, mark), false);
  if (mark == std::string_view::npos) return;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    into.query.emplace(DecodeUrlText(pair.substr(0, equals), true), DecodeUrlText(value, true));
  }
}

}  // namespace trawl::crawler
