#include "crawler/turnstile.h"

#include <boost/asio/post.hpp>

namespace trawl::crawler {

namespace asio = boost::asio;

struct Turnstile::Start {
  Turnstile* turnstile;
  void operator()(Handler handler) const { turnstile->waiting_.push_back(std::move(handler)); }
};

asio::awaitable<Turnstile::Pass> Turnstile::Enter() {
  if (free_ > 0) {
    --free_;
  } else {
    Start start{this};
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
  }
  co_return Pass(this);
}

// Whoever leaves does not run the next one on its own stack.
void Turnstile::Leave() {
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  asio::post(loop_, std::move(waiting_.front()));
  waiting_.pop_front();
}

}  // namespace trawl::crawler
