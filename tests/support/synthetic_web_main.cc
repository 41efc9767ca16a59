#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "tests/support/nasty_shelf.h"
#include "tests/support/synthetic_web.h"

namespace {

using trawl::test::NastyPages;
using trawl::test::SyntheticShape;
using trawl::test::SyntheticWeb;
using trawl::test::SyntheticWebOptions;

constexpr int kUsage = 64;  // EX_USAGE

SyntheticWeb* running = nullptr;  // for the signal handler alone

struct Flag {
  const char* name;
  const char* help;
  std::function<bool(const std::string&)> set;
};

template <class T>
std::function<bool(const std::string&)> Into(T& value, std::uint64_t max = UINT32_MAX) {
  return [&value, max](const std::string& text) {
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number > max) return false;
    value = static_cast<T>(number);
    return true;
  };
}

std::function<bool(const std::string&)> IntoMilliseconds(std::chrono::milliseconds& value) {
  return [&value](const std::string& text) {
    std::uint64_t number = 0;
    if (!Into(number)(text)) return false;
    value = std::chrono::milliseconds(number);
    return true;
  };
}

std::vector<Flag> Flags(SyntheticWebOptions& o, bool& shelf) {
  SyntheticShape& s = o.shape;
  return {
      {"port", "port of the web; 0: a free one (default)", Into(o.port, 65535)},
      {"admin-port", "port of /__stats and the like on 127.0.0.1; 0: a free one (default)",
       Into(o.admin_port, 65535)},
      {"hosts", "hosts, the addresses from 127.0.0.1 on (1)", Into(s.hosts, SyntheticShape::kMaxHosts)},
      {"degree", "children of a page within its host (10)", Into(s.degree, 10000)},
      {"depth", "levels below a host's root: pages a host = 1 + degree + ... + degree^depth (2)",
       Into(s.depth, 1000)},
      {"links", "further links of a page to pages of its host (5)", Into(s.links, 100000)},
      {"external", "further links of a page to roots of other hosts (0)", Into(s.external, 100000)},
      {"size", "bytes of a page, about (4096)", Into(s.size, 64 << 20)},
      {"latency", "milliseconds before an answer, from half to one and a half of it (0)",
       IntoMilliseconds(s.latency)},
      {"errors", "pages of a thousand that answer 404, 410 or 500 (0)", Into(s.errors_per_mille, 1000)},
      {"robots",
       "open, none (404) or mixed: by host number modulo 8, 4 has a Crawl-delay, 5 disallows\n"
       "                      /private/, 6 answers 404, 7 answers 503 (open)",
       [&s](const std::string& text) {
         using Robots = SyntheticShape::Robots;
         if (text == "open")
           s.robots = Robots::kOpen;
         else if (text == "none")
           s.robots = Robots::kNone;
         else if (text == "mixed")
           s.robots = Robots::kMixed;
         else
           return false;
         return true;
       }},
      {"crawl-delay", "milliseconds of the Crawl-delay of mixed robots (1000)",
       IntoMilliseconds(s.crawl_delay)},
      {"gzip", "1: compress for clients that accept it (0)", Into(s.gzip, 1)},
      {"seed", "another seed is another web of the same shape (1)", Into(s.seed, UINT64_MAX)},
      {"log-limit", "requests kept for /__log (1000000)", Into(o.log_limit, UINT64_MAX)},
      {"shelf", "1: list the nasty pages and end", Into(shelf, 1)},
  };
}

void PrintHelp(const std::vector<Flag>& flags) {
  std::printf(
      "Usage: trawl_synthetic_web [--NAME VALUE]...\n\n"
      "A web on loopback whose pages are computed from their URLs. Prints \"listening on ADDRESS:PORT\", "
      "then\n"
      "\"admin on ADDRESS:PORT\", and serves until SIGINT or SIGTERM. Pages that go wrong on purpose stand "
      "at\n"
      "/nasty/ of every host. The admin port answers /__stats, /__log (a JSON line a request), /__urls (a "
      "line\n"
      "a page that a crawler from the root of 127.0.0.1 must meet: depth, status, URL), /__reset, "
      "/__stop.\n\n");
  for (const Flag& flag : flags) std::printf("  --%-18s%s\n", flag.name, flag.help);
}

int Fail(const std::string& message) {
  std::fprintf(stderr, "trawl_synthetic_web: %s (see --help)\n", message.c_str());
  return kUsage;
}

/// A waiting connection is a descriptor: take as many as the hard limit gives.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  SyntheticWebOptions options;
  bool shelf = false;
  std::vector<Flag> flags = Flags(options, shelf);
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") return PrintHelp(flags), 0;
    std::string name = argument.substr(0, argument.find('=')), value;
    if (name.size() < argument.size()) {
      value = argument.substr(name.size() + 1);
    } else if (i + 1 < argc) {
      value = argv[++i];
    }
    auto flag = std::find_if(flags.begin(), flags.end(),
                             [&](const Flag& f) { return "--" + std::string(f.name) == name; });
    if (flag == flags.end()) return Fail("unknown option " + name);
    if (!flag->set(value)) return Fail(name + ": no valid value: '" + value + "'");
  }
  if (shelf) {
    for (const auto& page : NastyPages())
      std::printf("/nasty/%-20s %s\n", std::string(page.name).c_str(), std::string(page.what).c_str());
    return 0;
  }
  RaiseDescriptorLimit();
  try {
    SyntheticWeb web(std::move(options));
    running = &web;
    for (int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { running->Stop(); });
    std::printf("listening on 127.0.0.1:%d\nadmin on 127.0.0.1:%d\n", web.port(), web.admin_port());
    std::fflush(stdout);
    web.Run();
    running = nullptr;
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "trawl_synthetic_web: %s\n", error.what());
    return 74;  // EX_IOERR
  }
  return 0;
}
