#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <csignal>
#include <initializer_list>
#include <optional>

#include "crawler/async.h"

namespace trawl::crawler {

sigset_t SignalSet(std::initializer_list<int> signals);
/// Those of `signals` that whoever started this process did not tell it to ignore, as nohup(1) does.
sigset_t HeededSignals(std::initializer_list<int> signals);

/// Signals as something to read (signalfd(2)), one at a time: however many come, no handler takes the loop's
/// time, and one kind cannot keep another from being heard. Each thread of the process must hold them back
/// (pthread_sigmask) from before this reader until after it; what came before it is read first.
/// Runs on: event loop.
class SignalReader {
 public:
  /// Throws boost::system::system_error when the system has no descriptor left.
  SignalReader(asio::any_io_executor executor, const sigset_t& signals);

  /// The next one; nothing once Cancel was called. One call at a time.
  Awaitable<std::optional<int>> Next();
  void Cancel() { descriptor_.cancel(); }

 private:
  asio::posix::stream_descriptor descriptor_;
};

}  // namespace trawl::crawler
