#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "crawler/control/control.h"
#include "crawler/engine.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/heartbeat.h"
#include "crawler/log.h"
#include "crawler/parse_pool.h"
#include "crawler/progress_view.h"
#include "crawler/reload.h"
#include "crawler/signal_reader.h"
#include "crawler/start_failure.h"
#include "crawler/storage_watch.h"

namespace trawl::crawler {

/// A crawl under way: the event loop and what turns on it, from the first fetch to the last commit; as a
/// service with a control API, else with progress on the terminal. SIGINT, SIGTERM and SIGHUP are to be held
/// back (SignalReader) while it lives. Runs on: event loop, which is its own. Owns the loop and the parser
/// processes; borrows the rest.
class Operation {
 public:
  /// `configured`: what a reload reads again; none makes it a crawl, not a service.
  Operation(config::Options& options, Targets& targets, Clock& clock, const Configured* configured,
            parser::ZygoteClient zygote, storage::Store& store, Log& log);

  /// What keeps it from beginning, in words that name the key. Nothing runs then.
  StartFailure Start();
  /// Until the crawl has ended, by itself or by a signal, and everything in flight is stored.
  EndReason Run();

  Progress progress() const { return engine_.progress(); }
  /// After kStorageFailed and kParserFailed: what failed.
  std::string failure() const;

 private:
  boost::asio::awaitable<void> ObeyStops();
  boost::asio::awaitable<void> ObeyHangups();
  boost::asio::awaitable<void> EndDrain();
  boost::asio::awaitable<void> Watch();
  boost::asio::awaitable<void> Crawl();
  boost::asio::awaitable<Control::Reloaded> Reload();
  void Stop(bool at_once, std::string_view by);
  void TellReady(const Progress& now);
  void Close();

  config::Options& options_;
  Targets& targets_;
  const Configured* const configured_;
  Clock& clock_;
  Log& log_;
  const bool service_;
  boost::asio::io_context loop_;
  Fetcher fetcher_;
  ParsePool pool_;
  Engine engine_;
  StorageWatch storage_;
  std::optional<Control> control_;
  SignalReader stops_, hangups_;
  boost::asio::steady_timer watch_, drain_;
  ProgressView view_;
  Heartbeat heartbeat_;
  EndReason reason_ = EndReason::kStopped;
  bool told_ready_ = false;
  bool stopping_ = false;
  bool reloading_ = false;
  bool ended_ = false;
};

}  // namespace trawl::crawler
