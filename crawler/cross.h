#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace trawl::crawler {

/// Suspends the coroutine, calls `start(done)`, and resumes on `loop` with the T that a storage thread gives
/// to `done`. `done` is copyable, to be called once; dropped uncalled it ends the coroutine where it waits.
template <class T, class Start>
boost::asio::awaitable<T> Cross(boost::asio::any_io_executor loop, Start start) {
  namespace asio = boost::asio;
  auto initiate = [loop, &start](auto handler) {
    // std::function wants a copyable target; the handler is move-only, and is called exactly once.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto work = asio::make_work_guard(loop);
    // Handler and guard leave with the post: whoever called may keep the empty function longer than the loop
    // lives.
    start([shared = std::move(shared), work = std::move(work), loop](T result) mutable {
      asio::post(loop, [shared = std::move(shared), work = std::move(work),
                        result = std::move(result)]() mutable { std::move (*shared)(std::move(result)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(initiate,
                                                                                  asio::use_awaitable);
}

}  // namespace trawl::crawler
