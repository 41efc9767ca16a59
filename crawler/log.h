#pragma once

#include <unistd.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "crawler/clock.h"

namespace trawl::crawler {

/// How urgent a line is; the numbers are those of RFC 5424 section 6.2.1, which the journal takes.
enum class LogLevel { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7 };
enum class LogFormat { kText, kJson };

struct LogOptions {
  LogLevel level = LogLevel::kNotice;  ///< less urgent lines are left out
  LogFormat format = LogFormat::kText;
};

/// Whether `fd` leads into the systemd journal, by what $JOURNAL_STREAM says ("device:inode",
/// systemd.exec(5)).
bool LeadsToJournal(int fd, const char* journal_stream);

/// What a crawl tells of itself, a line an event, on stderr: with the journal's priorities where that is the
/// journal, with the time where it is a file or a pipe, bare on a terminal; or as JSON. Whatever came from
/// outside is escaped, so no text makes a second line or steers a terminal. A kind of event that comes more
/// than kMostInWindow times within kWindow is counted then, and the number is told. Never blocks: lines that
/// nobody takes are lost and counted. Runs on: event loop, and before and after it. Borrows the clock and
/// `fd`.
class Log {
 public:
  static constexpr Duration kWindow = std::chrono::seconds(10);
  static constexpr std::uint64_t kMostInWindow = 10;  ///< of one event; debug lines are not counted
  static constexpr std::size_t kMaxLine = 4096;       ///< bytes; what pipe(7) takes whole

  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Log(const LogOptions& options, const Clock& clock, int fd = STDERR_FILENO);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// `event` is one word of the program's own: what repetitions are counted by, and JSON readers select by.
  /// `sentence` is for people; `fields` are facts under names of the program's own.
  void Say(LogLevel level, std::string_view event, std::string_view sentence, Fields fields = {});
  /// As Say, for what an operator has asked for: never held back.
  void Answer(LogLevel level, std::string_view event, std::string_view sentence, Fields fields = {});
  bool Wants(LogLevel level) const { return level <= options_.level; }
  /// Now and then: tells how often what was held back was said.
  void Tick();

  bool to_journal() const { return journal_; }
  LogFormat format() const { return options_.format; }
  std::uint64_t lines() const { return lines_; }  ///< written so far

 private:
  struct Repeated {
    Instant since{};
    LogLevel level{};
    std::uint64_t said = 0, held = 0;
  };

  void TellHeld(std::string_view event, Repeated& repeated, Instant now);
  void WriteLine(LogLevel level, std::string_view event, std::string_view sentence, Fields fields);
  std::string LineOf(LogLevel level, std::string_view event, std::string_view sentence, Fields fields,
                     std::size_t most) const;
  bool Put(const std::string& line);

  const LogOptions options_;
  const Clock& clock_;
  const int fd_;
  const bool journal_, terminal_;
  std::map<std::string, Repeated, std::less<>> repeated_;  ///< by event
  std::uint64_t lines_ = 0, lost_ = 0;
};

}  // namespace trawl::crawler
