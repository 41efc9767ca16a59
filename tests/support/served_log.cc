#include "tests/support/served_log.h"

#include <algorithm>
#include <cstdio>

namespace trawl::test {
namespace {

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (byte < 0x20 || byte >= 0x7f) {  // bytes as Latin-1: never invalid JSON, whatever was sent
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string ServedRequest::ToJson() const {
  auto number = [](std::uint64_t n) { return std::to_string(n); };
  return "{\"host\":" + Quoted(host) + ",\"address\":" + Quoted(address) + ",\"path\":" + Quoted(path) +
         ",\"agent\":" + Quoted(agent) + ",\"connection\":" + number(connection) +
         ",\"start_us\":" + number(start_us) + ",\"end_us\":" + number(end_us) +
         ",\"bytes\":" + number(bytes) + ",\"status\":" + std::to_string(status) +
         ",\"complete\":" + (complete ? "true" : "false") + "}";
}

std::string ServedStats::ToJson() const {
  std::string json = "{";
  auto add = [&](const char* name, std::uint64_t value) {
    json += Quoted(name) + ":" + std::to_string(value) + ",";
  };
  add("accepted", accepted);
  add("open", open);
  add("peak_open", peak_open);
  add("requests", requests);
  add("active", active);
  add("peak_active", peak_active);
  add("peak_active_one_host", peak_active_one_host);
  add("hosts", hosts);
  add("bytes", bytes);
  add("private_requests", private_requests);
  add("refused", refused);
  add("log_dropped", log_dropped);
  json += "\"statuses\":{";
  for (const auto& [status, count] : statuses)
    json += Quoted(std::to_string(status)) + ":" + std::to_string(count) + ",";
  if (json.back() == ',') json.pop_back();
  return json + "}}";
}

void ServedLog::Accepted() {
  ++stats_.accepted;
  stats_.peak_open = std::max(stats_.peak_open, ++stats_.open);
}

void ServedLog::Begin(const std::string& host, bool private_path) {
  ++stats_.requests;
  stats_.private_requests += private_path;
  stats_.peak_active = std::max(stats_.peak_active, ++stats_.active);
  Host& h = hosts_[host];
  if (h.requests++ == 0) ++stats_.hosts;
  h.peak = std::max(h.peak, ++h.active);
  stats_.peak_active_one_host = std::max(stats_.peak_active_one_host, h.peak);
}

void ServedLog::End(ServedRequest request) {
  --stats_.active;
  --hosts_[request.host].active;
  stats_.bytes += request.bytes;
  ++stats_.statuses[request.status];
  if (requests_.size() < limit_) {
    requests_.push_back(std::move(request));
  } else {
    ++stats_.log_dropped;
  }
}

void ServedLog::Reset() {
  ServedStats fresh;
  fresh.open = fresh.peak_open = stats_.open;
  fresh.active = fresh.peak_active = stats_.active;
  stats_ = fresh;
  requests_.clear();
  for (auto it = hosts_.begin(); it != hosts_.end();) {
    if (it->second.active == 0) {
      it = hosts_.erase(it);
    } else {
      it->second = {it->second.active, it->second.active, 0};
      ++it;
    }
  }
}

}  // namespace trawl::test
