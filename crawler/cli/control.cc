#include "crawler/cli/control.h"

#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>

#include "config/load.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/cli/json.h"
#include "crawler/cli/status_text.h"
#include "crawler/cli/terminal.h"
#include "crawler/control/client.h"
#include "crawler/control/place.h"
#include "crawler/load_config.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kUrlsPerRequest = 5000;

/// Which daemon is meant.
struct Daemon {
  std::string config, socket;

  void AddTo(CommandLine& line) {
    line.AddText("-c,--config", "FILE", config, "the daemon's configuration, which says where its socket is");
    line.AddText("--socket", "PATH", socket, "the daemon's control socket");
  }

  /// Fills `socket`; an exit code when that fails.
  std::optional<int> Find() {
    if (!socket.empty()) return std::nullopt;
    if (config.empty()) {
      socket = UsualControlSocket();
      return std::nullopt;
    }
    config::Sources sources;
    sources.file = config;
    const config::Loaded loaded = LoadConfig(sources);
    if (const int code = ReportConfigErrors(loaded); code != kExitDone) return code;
    socket = ControlSocket(loaded.options);
    if (loaded.options.control.socket.empty() && ::access(socket.c_str(), F_OK) != 0)
      socket = UsualControlSocket();
    return std::nullopt;
  }
};

/// Asks, and complains about what is no success. The object that came; nothing after a complaint.
std::optional<json::object> Ask(const std::string& command, const Daemon& daemon, const std::string& method,
                                const std::string& path, const std::string& body, int& code) {
  const ControlAnswer answer = AskDaemon(daemon.socket, method, path, body);
  if (answer.status == 0) {
    std::fprintf(stderr, "trawl %s: %s\n", command.c_str(), answer.error.c_str());
    code = kExitIo;
    return std::nullopt;
  }
  Result<json::value> value = ParseJson(answer.body);
  if (answer.status == 200 && value && value->is_object()) return std::move(value->as_object());
  std::string why = "the daemon answered with status " + std::to_string(answer.status);
  if (value && value->is_object()) {
    if (const auto error = StringAt(value->as_object(), "error")) why = Printable(*error);
  }
  std::fprintf(stderr, "trawl %s: %s\n", command.c_str(), why.c_str());
  code = kExitFailed;
  return std::nullopt;
}

struct StatusArguments {
  Daemon daemon;
  bool json = false, watch = false;
  std::string host, target;

  std::string Path() const {
    if (!host.empty()) return "/status?host=" + QueryValue(host);
    return target.empty() ? "/status" : "/status?target=" + QueryValue(target);
  }
  std::vector<std::string> Lines(const json::object& answer) const {
    if (!host.empty()) return HostLines(answer);
    return target.empty() ? StatusLines(answer) : TargetLines(answer);
  }
  /// Of these alone, for who watches.
  std::string Of(const std::string& path) const {
    const std::string begin = path + (path.find('?') == std::string::npos ? "?" : "&");
    if (!host.empty()) return begin + "host=" + QueryValue(host);
    return target.empty() ? path : begin + "target=" + QueryValue(target);
  }
};

int ShowStatus(StatusArguments& arguments) {
  Daemon& daemon = arguments.daemon;
  const bool as_json = arguments.json, watch = arguments.watch;
  if (!arguments.host.empty() && !arguments.target.empty())
    return CommandLine::Refuse("status", "either --host or --target");
  if (const std::optional<int> failed = daemon.Find()) return *failed;
  const Terminal terminal = Terminal::Of(STDOUT_FILENO);
  const std::vector<std::string> columns = {"host",  "queued",        "pages",       "errors",
                                            "bytes", "first_byte_ms", "waiting_for", "blocked_until"};
  std::size_t drawn = 0;
  for (;;) {
    int code = kExitDone;
    const std::optional<json::object> status = Ask("status", daemon, "GET", arguments.Path(), "", code);
    if (!status) return code;
    std::vector<std::string> lines{ToJson(*status)};
    if (!as_json) lines = arguments.Lines(*status);
    if (watch && !as_json) {
      const auto ask = [&](const std::string& path) {
        return Ask("status", daemon, "GET", arguments.Of(path), "", code);
      };
      const auto reasons = ask("/error-reasons?limit=5");
      const auto hosts = ask("/hosts?limit=8"), slow = ask("/hosts?sort=first_byte_ms&limit=5");
      if (reasons) AppendTable(*reasons, "errors", lines);
      if (hosts) AppendTable(*hosts, "hosts with the longest queues", lines, columns);
      if (slow) AppendTable(*slow, "hosts whose first byte takes longest", lines, columns);
    }
    // The block is drawn over the one before.
    if (terminal.is_terminal && drawn > 0) std::printf("\033[%zuA", drawn);
    for (const std::string& line : lines) {
      const std::string_view shown =
          terminal.is_terminal && !as_json ? CutToWidth(line, terminal.columns) : std::string_view(line);
      std::printf("%s%.*s\n", terminal.is_terminal && watch ? "\033[K" : "", static_cast<int>(shown.size()),
                  shown.data());
    }
    for (std::size_t i = lines.size(); i < drawn && terminal.is_terminal; ++i) std::printf("\033[K\n");
    drawn = std::max(drawn, lines.size());
    std::fflush(stdout);
    if (!watch) return kExitDone;
    if (std::ferror(stdout) != 0) return kExitIo;
    ::sleep(1);
  }
}

struct PauseArguments {
  Daemon daemon;
  std::string host, target;
};

std::function<int()> DefineSwitch(CommandLine& line, bool pause) {
  auto arguments = std::make_shared<PauseArguments>();
  line.AddText("--host", "NAME", arguments->host, "this host alone");
  line.AddText("--target", "NAME", arguments->target, "this target alone");
  arguments->daemon.AddTo(line);
  return [arguments, pause] {
    const std::string command = pause ? "pause" : "resume";
    if (!arguments->host.empty() && !arguments->target.empty())
      return CommandLine::Refuse(command, "either --host or --target");
    if (const std::optional<int> failed = arguments->daemon.Find()) return *failed;
    json::object body;
    if (!arguments->host.empty()) body["host"] = arguments->host;
    if (!arguments->target.empty()) body["target"] = arguments->target;
    int code = kExitDone;
    const std::optional<json::object> answer =
        Ask(command, arguments->daemon, "POST", "/" + command, ToJson(body), code);
    if (!answer) return code;
    const std::string what = !arguments->host.empty()     ? arguments->host
                             : !arguments->target.empty() ? arguments->target
                                                          : "the crawl";
    const json::value* const stored = answer->if_contains("stored");
    const bool underway = stored && stored->is_bool() && !stored->as_bool();
    std::printf("%s %s%s\n", Printable(what).c_str(), pause ? "is paused" : "goes on",
                underway ? ", and that is being stored: the disk takes long" : "");
    return static_cast<int>(kExitDone);
  };
}

struct AddArguments {
  Daemon daemon;
  std::vector<std::string> urls;
  std::string target, priority;
};

int AddUrls(AddArguments& arguments) {
  std::vector<std::string> urls;
  for (const std::string& url : arguments.urls) {
    if (url != "-") {
      urls.push_back(url);
      continue;
    }
    for (std::string text; std::getline(std::cin, text);) {
      while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.pop_back();
      if (!text.empty()) urls.push_back(text);
    }
  }
  if (arguments.urls.empty()) return CommandLine::Refuse("add", "which URL? With - they are read from stdin");
  if (const std::optional<int> failed = arguments.daemon.Find()) return *failed;
  int result = kExitDone;
  for (std::size_t at = 0; at < urls.size(); at += kUrlsPerRequest) {
    json::array list;
    for (std::size_t i = at; i < std::min(at + kUrlsPerRequest, urls.size()); ++i)
      list.push_back(json::value(Printable(urls[i])));
    json::object body{{"urls", std::move(list)}};
    if (!arguments.target.empty()) body["target"] = arguments.target;
    if (!arguments.priority.empty()) {
      Result<json::value> priority = ParseJson(arguments.priority);
      if (!priority || !priority->is_int64())
        return CommandLine::Refuse("add", "--priority is a whole number from 0 (first) to 255");
      body["priority"] = *priority;
    }
    int code = kExitDone;
    const std::optional<json::object> answer =
        Ask("add", arguments.daemon, "POST", "/add", ToJson(body), code);
    if (!answer) return code;
    const json::value* results = answer->if_contains("results");
    if (!results || !results->is_array()) return kExitFailed;
    for (const json::value& one : results->as_array()) {
      if (!one.is_object()) continue;
      const std::string word(StringAt(one.as_object(), "result").value_or(""));
      if (word != "queued" && word != "known") result = kExitFailed;
      std::printf("%-13s %s\n", word.c_str(),
                  Printable(StringAt(one.as_object(), "url").value_or("")).c_str());
    }
  }
  return result;
}

}  // namespace

std::function<int()> DefineStatus(CommandLine& line) {
  auto arguments = std::make_shared<StatusArguments>();
  line.AddText("--host", "NAME", arguments->host, "of this host");
  line.AddText("--target", "NAME", arguments->target, "of this target");
  line.AddFlag("--watch", arguments->watch, "again each second, until Ctrl-C");
  line.AddFlag("--json", arguments->json, "as the control API gives it");
  arguments->daemon.AddTo(line);
  return [arguments] { return ShowStatus(*arguments); };
}

std::function<int()> DefinePause(CommandLine& line) {
  return DefineSwitch(line, true);
}

std::function<int()> DefineResume(CommandLine& line) {
  return DefineSwitch(line, false);
}

std::function<int()> DefineAdd(CommandLine& line) {
  auto arguments = std::make_shared<AddArguments>();
  line.AddText("--target", "NAME", arguments->target, "the target they belong to");
  line.AddText("--priority", "N", arguments->priority,
               "from 0 (first) to 255; seeds have 10, links 20 and more");
  arguments->daemon.AddTo(line);
  line.AddList("URL", "", arguments->urls, "what to fetch; - reads lines from stdin");
  return [arguments] { return AddUrls(*arguments); };
}

std::function<int()> DefineReload(CommandLine& line) {
  auto daemon = std::make_shared<Daemon>();
  daemon->AddTo(line);
  return [daemon] {
    if (daemon->socket.empty() && !daemon->config.empty()) {
      // A configuration that is wrong now must not hide the daemon that is to tell so.
      const config::Loaded loaded = config::LoadFile(daemon->config);
      if (loaded.errors.empty()) daemon->socket = ControlSocket(loaded.options);
    }
    if (daemon->socket.empty()) daemon->socket = UsualControlSocket();
    const ControlAnswer answer = AskDaemon(daemon->socket, "POST", "/reload");
    Result<json::value> value = ParseJson(answer.body);
    const json::value* lines =
        value && value->is_object() ? value->as_object().if_contains("lines") : nullptr;
    if (!lines || !lines->is_array()) {
      std::fprintf(stderr, "trawl reload: %s\n",
                   answer.status == 0 ? answer.error.c_str() : "the daemon did not reload");
      return answer.status == 0 ? kExitIo : kExitFailed;
    }
    std::FILE* const out = answer.status == 200 ? stdout : stderr;
    for (const json::value& said : lines->as_array()) {
      if (said.is_string())
        std::fprintf(out, "%s\n", Printable({said.get_string().data(), said.get_string().size()}).c_str());
    }
    return answer.status == 200 ? kExitDone : kExitConfig;
  };
}

std::function<int()> DefineStop(CommandLine& line) {
  struct Arguments {
    Daemon daemon;
    bool now = false;
  };
  auto arguments = std::make_shared<Arguments>();
  line.AddFlag("--now", arguments->now, "do not wait for what is in flight");
  arguments->daemon.AddTo(line);
  return [arguments] {
    if (const std::optional<int> failed = arguments->daemon.Find()) return *failed;
    int code = kExitDone;
    const std::string body = ToJson(json::object{{"now", arguments->now}});
    if (Ask("stop", arguments->daemon, "POST", "/stop", body, code)) std::printf("stopping\n");
    return code;
  };
}

}  // namespace trawl::crawler
