#include "crawler/cli/status_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <sstream>

#include "crawler/cli/table_writer.h"
#include "crawler/cli/terminal.h"
#include "crawler/progress_view.h"

namespace trawl::crawler {
namespace {

double Number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  if (!value || !value->is_number()) return 0;
  return value->is_double()  ? value->get_double()
         : value->is_int64() ? static_cast<double>(value->get_int64())
                             : static_cast<double>(value->get_uint64());
}

json::object Part(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  return value && value->is_object() ? value->as_object() : json::object();
}

std::string Count(const json::object& object, std::string_view key) {
  std::string text = std::to_string(std::llround(Number(object, key)));
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string Rate(const json::object& object, std::string_view key) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f/s", Number(object, key));
  return text;
}

std::string Size(const json::object& object, std::string_view key) {
  return SizeText(Number(object, key));
}

bool IsTrue(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  return value && value->is_bool() && value->get_bool();
}

storage::Value CellOf(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return static_cast<std::int64_t>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  if (value.is_string()) return std::string(value.get_string().data(), value.get_string().size());
  return std::monostate();
}

std::string WaitingText(const json::object& waiting) {
  std::string text;
  for (const auto& [reason, value] : waiting) {
    if (!value.is_object()) continue;
    const std::string word = reason.empty() ? "none" : std::string(reason.data(), reason.size());
    text += (text.empty() ? "" : "; ") + word + " " + Count(value.as_object(), "hosts") + " hosts, " +
            Count(value.as_object(), "urls") + " URLs";
  }
  return text;
}

/// "dns 0, connect 3, tls 1, first byte 20".
std::string StagesText(const json::object& stages) {
  std::string text;
  for (const auto& [name, count] : stages) {
    std::string word(name.data(), name.size());
    std::replace(word.begin(), word.end(), '_', ' ');
    text += (text.empty() ? "" : ", ") + word + " " + Count(stages, {name.data(), name.size()});
  }
  return text;
}

std::string Milliseconds(const json::object& object, std::string_view key) {
  char text[40];
  const double ms = Number(object, key);
  std::snprintf(text, sizeof text, ms < 10'000 ? "%.0f ms" : "%.0f s", ms < 10'000 ? ms : ms / 1000);
  return text;
}

}  // namespace

std::string SizeText(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  char text[40];
  std::snprintf(text, sizeof text, unit > 0 && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, kUnits[unit]);
  return text;
}

std::vector<std::string> StatusLines(const json::object& status) {
  const json::object parser = Part(status, "parser"), storage = Part(status, "storage");
  const std::string state(StringAt(status, "state").value_or(""));
  const Duration up(std::llround(Number(status, "uptime_ms")));
  std::vector<std::string> lines = {
      "trawl " + std::string(StringAt(status, "version").value_or("")) + ", " + state + ", up " +
          Elapsed(up) + ", pid " + std::to_string(std::llround(Number(status, "pid"))),
      "  pages    " + Count(status, "pages") + " (" + Rate(status, "pages_per_s") + "), " +
          Count(status, "errors") + " errors (" + Rate(status, "errors_per_s") + "), " +
          Size(status, "bytes_wire") + " received (" + Size(status, "bytes_per_s") + "/s)",
      "  fetches  " + Count(status, "in_flight") + " in flight of " + Count(status, "max_fetches") + ", " +
          Count(status, "parsing") + " being parsed or stored",
      "  stages   " + StagesText(Part(status, "stages")),
      "  queue    " + Count(status, "queued") + " URLs; known: " + Count(status, "known") + " URLs of " +
          Count(status, "hosts") + " hosts",
      "  waiting  " + WaitingText(Part(status, "waiting")),
      "  parser   " + Count(parser, "workers") + " workers with " + Size(parser, "memory_bytes") +
          " of memory, " + Count(parser, "queued") + " pages waiting; replaced for " +
          Count(parser, "crashes") + " crashes, " + Count(parser, "timeouts") + " timeouts, " +
          Count(parser, "limits") + " limits",
      "  storage  " + Size(storage, "database_bytes") + " and a log of " + Size(storage, "wal_bytes") + ", " +
          Size(storage, "queued_bytes") + " waiting, " + Size(storage, "disk_free_bytes") +
          " free on the disk; commits " + Milliseconds(storage, "lag_ms") + " behind, the last took " +
          Milliseconds(storage, "last_commit_ms"),
      "  process  " + Size(status, "memory_bytes") + " of memory, loop late by " +
          Count(status, "loop_lag_ms") + " ms at worst",
  };
  for (const auto& [name, hold] : Part(status, "targets_held")) {
    if (hold.is_string())
      lines.push_back("  target   " + std::string(name.data(), name.size()) + " is " +
                      std::string(hold.get_string().data(), hold.get_string().size()));
  }
  for (const auto& [name, sentence] : Part(status, "troubles")) {
    if (sentence.is_string())
      lines.push_back("  trouble  " +
                      std::string(sentence.get_string().data(), sentence.get_string().size()));
  }
  return lines;
}

std::vector<std::string> TargetLines(const json::object& target) {
  const auto text = [&](std::string_view key) { return Printable(StringAt(target, key).value_or("")); };
  const std::string hold = text("state"), window = text("window"), recrawl = text("recrawl");
  const json::value* counted = target.if_contains("queued");
  const std::uint64_t limit = static_cast<std::uint64_t>(Number(target, "max_pages"));
  std::vector<std::string> lines = {
      "target " + text("name") + (hold.empty() ? "" : ", " + hold) + "; the crawl: " + text("crawl"),
      "  pages    " + Count(target, "pages") +
          (limit > 0 ? " of at most " + Count(target, "max_pages") : "") + ", " + Count(target, "errors") +
          " errors in this run",
      "  queue    " + (counted && counted->is_number() ? Count(target, "queued") + " URLs"
                                                       : std::string("not counted yet")),
      "  pace     " + Milliseconds(target, "delay_ms") + " between fetches, " +
          Count(target, "connections_per_host") + " at once of a host",
  };
  if (!window.empty())
    lines.push_back("  window   " + window + (text("time_zone").empty() ? "" : " " + text("time_zone")) +
                    (IsTrue(target, "in_window") ? ", open now" : ", closed now"));
  if (!recrawl.empty()) lines.push_back("  recrawl  " + recrawl);
  return lines;
}

std::vector<std::string> HostLines(const json::object& host) {
  const auto text = [&](std::string_view key) { return Printable(StringAt(host, key).value_or("")); };
  const std::string waits = text("waiting_for"), until = text("blocked_until"), ip = text("ip");
  return {"host " + text("host") + (ip.empty() ? "" : ", " + ip) + "; the crawl: " + text("crawl"),
          "  waiting  " + (waits.empty() ? "for nothing" : "for " + waits) +
              (until.empty() ? "" : ", until " + until),
          "  pages    " + Count(host, "pages") + ", " + Count(host, "errors") + " errors, " +
              Size(host, "bytes") + " received",
          "  queue    " + Count(host, "queued") + " URLs",
          "  pace     " + Milliseconds(host, "delay_ms") + " between fetches; the first byte takes " +
              Milliseconds(host, "first_byte_ms")};
}

void AppendTable(const json::object& rows, const std::string& title, std::vector<std::string>& lines,
                 const std::vector<std::string>& columns) {
  const json::value *given = rows.if_contains("columns"), *list = rows.if_contains("rows");
  if (!given || !list || !given->is_array() || !list->is_array() || list->as_array().empty()) return;
  std::vector<std::string> names;
  for (const json::value& name : given->as_array())
    names.emplace_back(name.is_string() ? std::string(name.get_string().data(), name.get_string().size())
                                        : "");
  const std::vector<std::string>& wanted = columns.empty() ? names : columns;
  std::vector<std::size_t> places;
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) places.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  std::ostringstream out;
  TableWriter writer(out, Terminal());
  std::vector<std::string> header;
  for (const std::size_t place : places) header.push_back(names[place]);
  writer.Header(header);
  for (const json::value& row : list->as_array()) {
    if (!row.is_array() || row.as_array().size() != names.size()) continue;
    std::vector<storage::Value> cells;
    for (const std::size_t place : places) cells.push_back(CellOf(row.as_array()[place]));
    writer.Row(cells);
  }
  writer.Finish();
  lines.push_back("");
  lines.push_back(title);
  std::istringstream text(out.str());
  for (std::string line; std::getline(text, line);) lines.push_back("  " + line);
}

}  // namespace trawl::crawler
