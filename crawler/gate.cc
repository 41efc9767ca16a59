#include "crawler/gate.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

namespace trawl::crawler {

Gate::~Gate() {
  if (running_ != 0) {
    std::fputs("bug: a gate was destroyed while coroutines ran in it\n", stderr);
    std::abort();
  }
}

bool Gate::Spawn(boost::asio::awaitable<void> work) {
  if (closed_) return false;
  ++running_;
  boost::asio::co_spawn(loop_, std::move(work), [this](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
    Leave();
  });
  return true;
}

void Gate::Leave() {
  if (--running_ == 0 && closed_ && idle_) std::exchange(idle_, nullptr)();
}

void Gate::Close(std::function<void()> idle) {
  closed_ = true;
  idle_ = std::move(idle);
  if (running_ == 0) {
    boost::asio::post(loop_, [this] {
      if (running_ == 0 && idle_) std::exchange(idle_, nullptr)();
    });
  }
}

}  // namespace trawl::crawler
