#include "crawler/fetch/event.h"

#include <boost/asio/post.hpp>

namespace trawl::crawler {

struct Event::Start {
  Event* event;
  void operator()(Handler handler) const {
    if (std::exchange(event->set_, false)) {
      boost::asio::post(event->loop_, std::move(handler));
    } else {
      event->waiter_.emplace(std::move(handler));
    }
  }
};

boost::asio::awaitable<void> Event::Wait() {
  Start start{this};
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      start, boost::asio::use_awaitable);
}

void Event::Set() {
  if (!waiter_) {
    set_ = true;
    return;
  }
  Handler handler = std::move(*waiter_);
  waiter_.reset();
  boost::asio::post(loop_, std::move(handler));
}

}  // namespace trawl::crawler
