#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

// The commands that talk to a running daemon over its control socket.

inline constexpr const char* kStatusManual = R"(Examples:
  trawl status
  trawl status --watch                   live, until Ctrl-C
  trawl status --target docs             of one target: whether it waits and why, its window, pages, errors, queue
  trawl status --host example.org        of one host
  trawl status --json | jq .queued
  trawl status -c /etc/trawl/trawl.toml  the daemon of that configuration

Exit code 74 when no daemon answers, 1 when it knows no such host or target.
)";
std::function<int()> DefineStatus(CommandLine& line);

inline constexpr const char* kPauseManual = R"(Examples:
  trawl pause                    the whole crawl, until it is resumed or the daemon ends
  trawl pause --host example.org one host, until it is resumed, also over a restart
  trawl pause --target docs      one target, likewise

What is in flight ends; nothing new is fetched. "trawl resume" takes the same arguments.
)";
std::function<int()> DefinePause(CommandLine& line);
std::function<int()> DefineResume(CommandLine& line);

inline constexpr const char* kAddManual = R"(Examples:
  trawl add https://example.org/new.html
  trawl add --target docs --priority 0 https://example.org/now.html
  trawl add - <urls.txt          a URL a line

Each URL is queued as a seed of the target, or of the first target whose scope takes it. What is known already stays
where it is. Prints what became of each URL: queued, known, outside (of every scope), not_crawlable.
Exit code 1 when any was outside or not crawlable.
)";
std::function<int()> DefineAdd(CommandLine& line);

inline constexpr const char* kReloadManual = R"(Examples:
  trawl reload           as "systemctl reload trawl", and tells what changed

The daemon checks its configuration whole. When it is good, targets are added, changed and removed, delays and limits
take effect, and no fetch is dropped; what counts only after a restart is named. When anything is wrong, all of it is
told, and the old configuration holds. Exit code 78 then.
)";
std::function<int()> DefineReload(CommandLine& line);

inline constexpr const char* kStopManual = R"(Examples:
  trawl stop          ends cleanly: what is in flight is fetched and stored, for ten seconds at most
  trawl stop --now    ends at once: what is in flight is fetched by the next run

Under systemd use "systemctl stop trawl".
)";
std::function<int()> DefineStop(CommandLine& line);

}  // namespace trawl::crawler
