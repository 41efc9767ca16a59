#include "crawler/cli/try_report.h"

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <span>

#include "crawler/cli/table_writer.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kLabelWidth = 14;
constexpr std::size_t kTextShown = 600;  // columns
constexpr std::size_t kUsualWidth = 100;

/// Fields that say how a page may be stored and asked for again.
constexpr std::string_view kFields[] = {
    "Content-Type",  "Content-Encoding", "Content-Language", "Last-Modified", "ETag",
    "Cache-Control", "X-Robots-Tag",     "Retry-After",      "Link",          "Server"};

std::string Grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

struct Phase {
  const char* name;
  std::optional<std::uint32_t> ms;
};

std::vector<Phase> PhasesOf(const FetchTimings& timings) {
  return {{"dns", timings.dns_ms},
          {"connect", timings.connect_ms},
          {"tls", timings.tls_ms},
          {"first_byte", timings.first_byte_ms},
          {"total", timings.total_ms}};
}

/// The report as lines of a label and a value.
class LineWriter {
 public:
  LineWriter(std::ostream& out, const Terminal& terminal) : out_(out), terminal_(terminal) {}

  void Title(std::string_view text) { out_ << Coloured(Printable(text), kBoldText) << '\n'; }

  void Line(std::string_view label, std::string_view value, std::string_view colour = {}) {
    if (value.empty()) return;
    std::string padding(kLabelWidth > label.size() ? kLabelWidth - label.size() : 1, ' ');
    std::string shown = Printable(value);
    if (std::size_t room = terminal_.columns;
        terminal_.is_terminal && DisplayWidth(shown) + kLabelWidth + 2 > room)
      shown = std::string(CutToWidth(shown, room > kLabelWidth + 5 ? room - kLabelWidth - 5 : 0)) + "...";
    out_ << "  " << label << padding << Coloured(shown, colour) << '\n';
  }

  void Fetch(const TryReport& report) {
    const FetchResult& fetch = *report.fetch;
    bool good = fetch.outcome == Outcome::kOk && fetch.status < 400;
    Line("outcome", Name(fetch.outcome), good ? kGoodText : kBadText);
    Line("detail", fetch.detail);
    if (fetch.status != 0) Line("status", std::to_string(fetch.status), good ? kGoodText : kBadText);
    Line("location", report.location);
    std::string where = fetch.ip;
    for (const std::string& part : {fetch.protocol, fetch.security}) {
      if (!part.empty()) where += (where.empty() ? "" : ", ") + part;
    }
    Line("server", where);
    std::string times;
    for (const Phase& step : PhasesOf(fetch.timings)) {
      if (step.ms)
        times +=
            (times.empty() ? "" : ", ") + std::string(step.name) + " " + std::to_string(*step.ms) + " ms";
    }
    Line("time", times);
    if (fetch.status != 0)
      Line("size", Grouped(report.body_bytes) + " bytes, " + Grouped(fetch.bytes_wire) + " on the wire" +
                       (fetch.truncated ? ", cut at the limit" : ""));
    for (std::string_view field : kFields) Line(field, fetch.Header(field));
  }

  void Page(const parser::ParsedPage& page) {
    Line("title", page.title);
    Line("description", page.description);
    Line("author", page.author);
    // As written where that cannot be read: then it is no published_at either.
    Line("published", page.published.empty() && !page.date.empty()
                          ? std::string(page.date) + " (not readable)"
                          : std::string(page.published));
    Line("generator", page.generator);
    Line("canonical", page.canonical);
    Line("base", page.base);
    Line("language", page.language_source == parser::LanguageSource::kDetected
                         ? std::string(page.language) + " (" + std::string(Name(page.language_source)) + ")"
                         : std::string(page.language));
    Line("charset", page.charset + " (" + std::string(Name(page.charset_source)) + ")");
    Line("robots meta", std::string(page.noindex ? "noindex " : "") + (page.nofollow ? "nofollow" : ""));
    Line("words", Grouped(page.words));
  }

  void Headings(const parser::ParsedPage& page) {
    if (page.headings.empty()) return;
    Title("headings: " + Grouped(page.headings.size()));
    for (const parser::Heading& heading : page.headings)
      Line("h" + std::to_string(heading.level), heading.text.empty() ? "(empty)" : heading.text);
  }

  void Structured(const parser::ParsedPage& page) {
    if (page.statements.empty()) return;
    Title("structured: " + Grouped(page.statements.size()));
    for (const parser::ParsedStatement& statement : page.statements)
      Line(Name(statement.kind), statement.data);
  }

  void Links(const TryReport& report) {
    auto followed = std::count_if(report.links.begin(), report.links.end(),
                                  [](const auto& link) { return link.follow == "yes"; });
    Title("links: " + Grouped(report.links.size()) + ", " + Grouped(static_cast<std::uint64_t>(followed)) +
          " to follow");
    if (report.links.empty()) return;
    TableWriter table(out_, terminal_);
    table.Header({"follow", "kind", "url", "rel", "anchor"});
    for (const TriedLink& link : report.links) {
      const std::string why = link.rule.empty() ? "" : ": " + link.rule;
      table.Row({link.follow + why, link.kind, link.url, link.rel, link.anchor});
    }
    table.Finish();
  }

  void Text(std::string_view title, std::string_view text) {
    if (text.empty()) return;
    Title(title);
    std::string shown = Printable(CutToWidth(text, kTextShown));
    std::size_t width = terminal_.is_terminal ? terminal_.columns : kUsualWidth;
    for (std::string_view rest = shown; !rest.empty();) {
      std::string_view line = CutToWidth(rest, width > 2 ? width - 2 : 1);
      if (line.size() < rest.size()) {
        if (std::size_t blank = line.rfind(' '); blank != std::string_view::npos && blank > 0)
          line = line.substr(0, blank);
      }
      if (line.empty()) break;
      out_ << "  " << line << '\n';
      rest.remove_prefix(line.size());
      while (rest.starts_with(' ')) rest.remove_prefix(1);
    }
    if (CutToWidth(text, kTextShown).size() < text.size()) out_ << "  ...\n";
  }

 private:
  std::string Coloured(const std::string& text, std::string_view colour) const {
    if (!terminal_.colour || colour.empty()) return text;
    return std::string(colour) + text + std::string(kPlainText);
  }

  std::ostream& out_;
  const Terminal& terminal_;
};

json::string ScrubbedText(std::string_view text) {
  return json::string(parser::ScrubUtf8(text));
}

json::object FetchToJson(const TryReport& report) {
  const FetchResult& fetch = *report.fetch;
  json::array headers;
  for (const auto& [name, value] : fetch.headers)
    headers.push_back(json::array{ScrubbedText(name), ScrubbedText(value)});
  json::object timings;
  for (const Phase& step : PhasesOf(fetch.timings)) {
    if (step.ms) timings[std::string(step.name) + "_ms"] = *step.ms;
  }
  return {{"outcome", ScrubbedText(Name(fetch.outcome))},
          {"detail", ScrubbedText(fetch.detail)},
          {"status", fetch.status},
          {"location", ScrubbedText(report.location)},
          {"ip", ScrubbedText(fetch.ip)},
          {"protocol", ScrubbedText(fetch.protocol)},
          {"headers", headers},
          {"timings", timings},
          {"bytes_wire", fetch.bytes_wire},
          {"bytes_body", report.body_bytes},
          {"truncated", fetch.truncated}};
}

json::object PageToJson(const TryReport& report) {
  const parser::ParsedPage& page = report.parse->page;
  json::array links;
  for (const TriedLink& link : report.links) {
    links.push_back(json::object{{"follow", ScrubbedText(link.follow)},
                                 {"rule", ScrubbedText(link.rule)},
                                 {"kind", ScrubbedText(link.kind)},
                                 {"url", ScrubbedText(link.url)},
                                 {"rel", ScrubbedText(link.rel)},
                                 {"anchor", ScrubbedText(link.anchor)}});
  }
  json::array headings;
  for (const parser::Heading& heading : page.headings)
    headings.push_back(json::object{{"level", heading.level}, {"text", ScrubbedText(heading.text)}});
  return {
      {"title", ScrubbedText(page.title)},
      {"description", ScrubbedText(page.description)},
      {"author", ScrubbedText(page.author)},
      {"date", ScrubbedText(page.date)},
      {"published_at", page.published.empty() ? json::value() : json::value(ScrubbedText(page.published))},
      {"generator", ScrubbedText(page.generator)},
      {"canonical", ScrubbedText(page.canonical)},
      {"base", ScrubbedText(page.base)},
      {"language", ScrubbedText(page.language)},
      {"language_source", ScrubbedText(Name(page.language_source))},
      {"charset", ScrubbedText(page.charset)},
      {"noindex", page.noindex},
      {"nofollow", page.nofollow},
      {"words", page.words},
      {"parse_us", page.parse_us},
      {"links_truncated", page.links_truncated},
      {"headings", headings},
      {"links", links},
      {"main_text", ScrubbedText(page.main)},
      {"text", ScrubbedText(page.text)}};
}

}  // namespace

void WriteTry(const TryReport& report, std::ostream& out, const Terminal& terminal) {
  LineWriter writer(out, terminal);
  writer.Title(report.file.empty() ? report.url : report.file);
  writer.Line("target", report.target);
  if (report.fetch) writer.Fetch(report);
  if (report.file != "") writer.Line("size", Grouped(report.body_bytes) + " bytes");
  if (!report.parse) return;
  if (report.parse->outcome != Outcome::kOk) {
    writer.Line("parser", std::string(Name(report.parse->outcome)) + ": " + report.parse->detail, kBadText);
    return;
  }
  writer.Page(report.parse->page);
  for (const TriedRule& rule : report.rules) WriteTriedRule(rule, out, terminal);
  writer.Headings(report.parse->page);
  writer.Structured(report.parse->page);
  writer.Links(report);
  writer.Text("main content", report.parse->page.main);
  writer.Text("text", report.parse->page.text);
}

json::object TryToJson(const TryReport& report) {
  json::object out{{"url", ScrubbedText(report.url)}, {"target", ScrubbedText(report.target)}};
  if (!report.file.empty()) out["file"] = ScrubbedText(report.file);
  if (report.fetch) out["fetch"] = FetchToJson(report);
  if (!report.parse) return out;
  out["parse"] = ScrubbedText(Name(report.parse->outcome));
  if (report.parse->outcome == Outcome::kOk) {
    for (auto& [key, value] : PageToJson(report)) out[key] = value;
    json::array items, structured;
    for (const TriedRule& rule : report.rules) {
      if (const auto tried = ParseJson(TriedRuleToJson(rule))) items.push_back(*tried);
    }
    for (const parser::ParsedStatement& statement : report.parse->page.statements) {
      const auto data = ParseJson(statement.data);
      structured.push_back(json::object{{"kind", ScrubbedText(Name(statement.kind))},
                                        {"data", data ? *data : json::value(ScrubbedText(statement.data))}});
    }
    out["items"] = std::move(items);
    out["structured"] = std::move(structured);
  } else {
    out["parse_detail"] = ScrubbedText(report.parse->detail);
  }
  return out;
}

}  // namespace trawl::crawler
