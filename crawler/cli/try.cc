#include "crawler/cli/try.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <unordered_map>

#include "config/load.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/cli/page_session.h"
#include "crawler/cli/try_report.h"
#include "crawler/discovery.h"
#include "crawler/frontier/frontier.h"
#include "crawler/load_config.h"
#include "crawler/page_request.h"
#include "crawler/robots_tag.h"
#include "crawler/targets.h"
#include "parser/fingerprint.h"
#include "parser/normalize.h"
#include "parser/selector.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

constexpr const char* kDefaultBase = "http://localhost/";

struct TryCommand {
  std::string what;  ///< URL, file or "-"
  std::string base = kDefaultBase;
  std::string config;
  std::vector<std::string> overrides;
  std::string select;  ///< a selector; shows only what it selects
  std::string rule;    ///< an item rule; shows only what it reads
  bool json = false;
  bool head = false;
};

bool IsUrl(const std::string& text) {
  return text.find("://") != std::string::npos;
}

Result<std::string> NormalizeText(std::string_view text, const parser::Url* base = nullptr) {
  const Result<parser::Url> url = parser::Url::Parse(text, base);
  return url ? parser::Normalize(*url) : Result<std::string>(url.error());
}

/// At most `max` bytes of a file, "-" for stdin. Nothing, and the reason in errno, when it cannot be read.
std::optional<std::string> ReadDocument(const std::string& path, std::size_t max) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return std::nullopt;
  std::string text;
  char buffer[64 * 1024];
  std::size_t got = 1;
  while (got > 0 && text.size() < max) {
    got = std::fread(buffer, 1, std::min(sizeof buffer, max - text.size()), file);
    text.append(buffer, got);
  }
  int error = std::ferror(file) != 0 ? errno : 0;
  if (file != stdin) std::fclose(file);
  errno = error;
  return error == 0 ? std::optional(std::move(text)) : std::nullopt;
}

/// One run of the command: loads, fetches or reads, parses, judges the links.
class Trial {
 public:
  explicit Trial(const TryCommand& command) : command_(command) {}

  int Run() {
    const bool url = IsUrl(command_.what);
    const Result<std::string> normalized = NormalizeText(url ? command_.what : command_.base);
    if (!normalized)
      return CommandLine::Refuse("try", "\"" + (url ? command_.what : command_.base) +
                                            "\" cannot be fetched: " + normalized.error().message());
    report_.url = *normalized;
    config::Loaded loaded = LoadConfig(SourcesFor(report_.url));
    if (!loaded.errors.empty()) return ReportConfigErrors(loaded);
    const Targets targets(loaded);
    rules_ = targets.items();
    std::uint16_t target = TargetOf(targets);
    if (!command_.rule.empty()) {
      const auto rule = rules_->Find(command_.rule);
      if (!rule) return RefuseRule();
      asked_ = {*rule};
      target = rules_->TargetOf(*rule);
    } else {
      asked_ = rules_->Matching(target, report_.url);
    }
    report_.target = targets[target].target.name;
    session_ = PageSession::Start(loaded.options);
    if (!session_) return kExitFailed;

    std::optional<std::string> body = url ? Fetch(loaded.options, targets, target) : ReadFile(loaded.options);
    if (!url && !body) return kExitIo;
    if (body && !command_.select.empty()) return Select(std::move(*body));
    report_.body_bytes = body ? body->size() : 0;
    if (body && !command_.head) Parse(loaded.options, targets, target, std::move(*body));
    if (!command_.rule.empty()) return ShowRule();
    if (command_.json) {
      std::cout << ToJson(TryToJson(report_)) << '\n';
    } else {
      WriteTry(report_, std::cout, Terminal::Of(STDOUT_FILENO));
    }
    std::cout.flush();
    const bool parsed = !report_.parse || report_.parse->outcome == Outcome::kOk;
    return body && parsed ? kExitDone : kExitFailed;
  }

 private:
  int RefuseRule() const {
    std::string names;
    for (std::uint16_t i = 0; i < rules_->size(); ++i) names += (i == 0 ? "" : ", ") + (*rules_)[i].name;
    return CommandLine::Refuse("try",
                               "there is no item rule \"" + command_.rule + "\"; " +
                                   (names.empty() ? "the configuration has none" : "there are: " + names));
  }

  int ShowRule() const {
    if (report_.rules.empty()) {
      const bool parsed = report_.parse && report_.parse->outcome != Outcome::kOk;
      std::string why =
          parsed ? std::string(Name(report_.parse->outcome)) + ": " + report_.parse->detail : "no HTML";
      if (report_.fetch && !report_.parse)
        why = std::string(Name(report_.fetch->outcome)) + ", status " + std::to_string(report_.fetch->status);
      std::fprintf(stderr, "trawl try: there is no page for the rule to read: %s\n", why.c_str());
      return kExitFailed;
    }
    const TriedRule& tried = report_.rules.front();
    if (command_.json) {
      std::cout << TriedRuleToJson(tried) << '\n';
    } else {
      WriteTriedRule(tried, std::cout, Terminal::Of(STDOUT_FILENO));
    }
    std::cout.flush();
    return tried.Good() ? kExitDone : kExitFailed;
  }

  /// With a file its targets decide about scope; without, the page itself is the one seed.
  config::Sources SourcesFor(const std::string& url) const {
    config::Sources sources;
    sources.file = command_.config;
    sources.overrides = command_.overrides;
    if (command_.config.empty()) sources.urls = {url};
    return sources;
  }

  /// The first target that takes the page, else the first.
  std::uint16_t TargetOf(const Targets& targets) const {
    parser::UrlParts parts;
    if (!parser::SplitNormalized(report_.url, parts)) return 0;
    return targets.OwnerOf(report_.url, parts).value_or(0);
  }

  std::optional<std::string> Fetch(const config::Options& options, const Targets& targets,
                                   std::uint16_t target) {
    FetchRequest request = RequestFor(options, targets, target, report_.url);
    if (command_.head) request.method = "HEAD";
    FetchResult result = session_->Fetch(std::move(request));
    std::string body = std::move(result.body);
    result.body.clear();
    if (result.Redirects()) {
      const Result<parser::Url> base = parser::Url::Parse(report_.url);
      const Result<std::string> location = NormalizeText(result.Header("Location"), &*base);
      report_.location = location ? *location : std::string(result.Header("Location"));
    }
    const bool document = result.outcome == Outcome::kOk || result.outcome == Outcome::kIncomplete ||
                          result.outcome == Outcome::kHttpError;
    if (result.outcome == Outcome::kRefusedPrivate)
      result.detail += "; to allow it: --set crawl.private_addresses=allow";
    content_type_ = std::string(result.Header("Content-Type"));
    tag_ = ReadRobotsTag(result.headers, ProductToken(options.http.user_agent));
    const bool good = document && result.status < 400;
    report_.fetch = std::move(result);
    return good ? std::optional(std::move(body)) : std::nullopt;
  }

  std::optional<std::string> ReadFile(const config::Options& options) {
    report_.file = command_.what;
    auto body = ReadDocument(command_.what, options.http.max_body.count);
    if (!body) std::fprintf(stderr, "trawl try: %s: %s\n", command_.what.c_str(), std::strerror(errno));
    return body;
  }

  void Parse(const config::Options& options, const Targets& targets, std::uint16_t target, std::string body) {
    if (!IsHtml(content_type_)) return;
    parser::PageJob job = HtmlJob(options, report_.url, content_type_);
    job.want_text = true;
    job.want_main = true;
    job.body = std::move(body);
    AskForItems(*rules_, asked_, job);
    report_.parse = session_->Parse(std::move(job));
    if (report_.parse->outcome != Outcome::kOk) return;
    for (std::uint16_t place = 0; place < asked_.size(); ++place) {
      TriedRule tried = ReadTriedRule((*rules_)[asked_[place]], place, report_.parse->page);
      tried.matches = rules_->Matches(asked_[place], report_.url);
      report_.rules.push_back(std::move(tried));
    }
    JudgeLinks(options, targets, target);
  }

  /// As a crawl that begins here would take them.
  void JudgeLinks(const config::Options& options, const Targets& targets, std::uint16_t target) {
    const parser::ParsedPage& page = report_.parse->page;
    parser::UrlParts parts;
    parser::SplitNormalized(report_.url, parts);
    Frontier frontier;
    Discovery discovery(frontier, targets, Discovery::LimitsOf(options.crawl));
    Step step;
    discovery.Links(step, {parser::FingerprintUrl(report_.url), target}, parts, page,
                    FollowRulesOf(page, tag_, report_.url, targets[target].follow_nofollow,
                                  options.crawl.respect_canonical));
    std::unordered_map<UrlId, const storage::NewUrl*> rows;  // of a URL that is linked twice, the last counts
    for (const storage::NewUrl& row : step.batch.urls) rows[row.id] = &row;
    for (const parser::ParsedLink& link : page.links) {
      const auto row = rows.find(parser::FingerprintUrl(link.url));
      const bool skipped = row != rows.end() && row->second->skip != storage::SkipReason::kNone;
      report_.links.push_back({skipped ? std::string(Name(row->second->skip)) : "yes",
                               skipped ? std::string(row->second->rule) : "", std::string(Name(link.kind)),
                               std::string(link.url), std::string(link.rel), std::string(link.anchor)});
    }
  }

  /// Prints the text of each element that is selected, or each ::text and ::attr(x), a line each.
  int Select(std::string body) {
    parser::PageJob job;
    job.kind = parser::DocumentKind::kSelect;
    job.url = report_.url;
    job.content_type = content_type_.substr(0, parser::kMaxContentType);
    job.extract = command_.select;
    job.body = std::move(body);
    const ParseAnswer answer = session_->Parse(std::move(job));
    const auto selection = ParseJson(answer.page.text);
    if (answer.outcome != Outcome::kOk || answer.page.text_truncated || !selection ||
        !selection->is_object()) {
      std::fprintf(stderr, "trawl try: nothing was selected: %s\n",
                   answer.page.text_truncated ? "it is too much" : std::string(Name(answer.outcome)).c_str());
      return kExitFailed;
    }
    const json::object& found = selection->get_object();
    if (found.contains("error")) {
      std::fprintf(stderr, "trawl try: the selector takes too long on this page\n");
      return kExitFailed;
    }
    if (command_.json) {
      std::cout << ToJson(found) << '\n' << std::flush;
      return kExitDone;
    }
    for (const json::value& text : found.at(found.contains("values") ? "values" : "texts").get_array())
      std::cout << Printable(std::string_view(text.get_string())) << '\n';
    std::cout.flush();
    return kExitDone;
  }

  const TryCommand& command_;
  TryReport report_;
  std::shared_ptr<const ItemRules> rules_;
  std::vector<std::uint16_t> asked_;  ///< numbers of the rules for the page
  std::string content_type_;
  RobotsTag tag_;
  std::unique_ptr<PageSession> session_;
};

}  // namespace

std::function<int()> DefineTry(CommandLine& line) {
  auto command = std::make_shared<TryCommand>();
  line.AddRequired("PAGE", "", command->what, "a URL, a file, or - for stdin");
  line.AddText("-c,--config", "FILE", command->config, "settings and targets, as for a crawl");
  line.AddList("--set", "KEY=VALUE", command->overrides, "a setting on top of it; any number of times");
  line.AddText("--base", "URL", command->base, "what a file's links are relative to (http://localhost/)");
  line.AddText("--select", "SELECTOR", command->select,
               "only what a CSS selector selects, such as \"h1\", \"p ::text\" or \"a::attr(href)\"");
  line.AddText("--rule", "NAME", command->rule, "only what an item rule of the configuration reads");
  line.AddFlag("--json", command->json, "all of it as one JSON object");
  line.AddFlag("--head", command->head, "only the answer's header, by a HEAD request");
  return [command] {
    if (command->head && !IsUrl(command->what)) return CommandLine::Refuse("try", "--head needs a URL");
    parser::SelectorError error;
    if (!command->select.empty() && !parser::Selector::Compile(command->select, error)) {
      return CommandLine::Refuse("try", "--select \"" + command->select + "\": at byte " +
                                            std::to_string(error.offset + 1) + ": " + error.message);
    }
    if (!command->rule.empty() && command->config.empty())
      return CommandLine::Refuse("try", "--rule needs the configuration that has the rule: -c FILE");
    if (!command->rule.empty() && (command->head || !command->select.empty()))
      return CommandLine::Refuse("try", "--rule goes with neither --head nor --select");
    if (command->head && !command->select.empty())
      return CommandLine::Refuse("try", "--head has no page to select from");
    return Trial(*command).Run();
  };
}

}  // namespace trawl::crawler
