#include "crawler/signal_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <sys/signalfd.h>

#include <cerrno>
#include <utility>

namespace trawl::crawler {
namespace {

int Open(const sigset_t& signals) {
  const int descriptor = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor < 0) throw boost::system::system_error(errno, boost::system::system_category(), "signalfd");
  return descriptor;
}

}  // namespace

sigset_t SignalSet(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  return set;
}

sigset_t HeededSignals(std::initializer_list<int> signals) {
  sigset_t set = SignalSet(signals);
  for (const int signal : signals) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) ::sigdelset(&set, signal);
  }
  return set;
}

SignalReader::SignalReader(asio::any_io_executor executor, const sigset_t& signals)
    : descriptor_(std::move(executor), Open(signals)) {}

Awaitable<std::optional<int>> SignalReader::Next() {
  signalfd_siginfo signal{};
  const asio::mutable_buffer room(&signal, sizeof signal);
  const auto [failed, bytes] = co_await descriptor_.async_read_some(room, kAwait);
  if (failed || bytes != sizeof signal) co_return std::nullopt;
  co_return static_cast<int>(signal.ssi_signo);
}

}  // namespace trawl::crawler
