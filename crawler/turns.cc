#include "crawler/turns.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace trawl::crawler {

namespace asio = boost::asio;

struct Turns::Start {
  Turns* turns;
  void operator()(Handler handler) const { turns->Enter(std::move(handler)); }
};

asio::awaitable<void> Turns::Next() {
  Start start{this};
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
}

void Turns::Enter(Handler handler) {
  waiting_.push_back(std::move(handler));
  if (std::exchange(posted_, true)) return;
  asio::post(loop_, [this] { Round(); });
}

// What is posted comes behind everything that is ready now, the look at sockets and timers included.
void Turns::Round() {
  const Time end = now_() + kSlice;
  do {
    Handler handler = std::move(waiting_.front());
    waiting_.pop_front();
    std::move(handler)();
  } while (!waiting_.empty() && now_() < end);
  posted_ = !waiting_.empty();
  if (posted_) asio::post(loop_, [this] { Round(); });
}

}  // namespace trawl::crawler
