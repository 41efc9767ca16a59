#include "crawler/storage_gate.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace trawl::crawler {
namespace {

namespace asio = boost::asio;

/// Suspends the coroutine, calls `start(done)`, and resumes on the loop with what a storage thread gives to
/// `done`.
template <class T, class Start>
asio::awaitable<Result<T>> Cross(asio::any_io_executor loop, Start start) {
  auto initiate = [loop, &start](auto handler) {
    // std::function wants a copyable target; the handler is move-only, and is called exactly once.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto work = asio::make_work_guard(loop);
    // Handler and guard leave with the post: whoever called may keep the empty function longer than the loop
    // lives.
    start([shared = std::move(shared), work = std::move(work), loop](Result<T> result) mutable {
      asio::post(loop, [shared = std::move(shared), work = std::move(work),
                        result = std::move(result)]() mutable { std::move (*shared)(std::move(result)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<T>)>(
      initiate, asio::use_awaitable);
}

}  // namespace

asio::awaitable<Result<void>> StorageGate::Write(storage::WriteBatch batch) {
  auto start = [this, &batch](storage::Store::Done<void> done) {
    store_.Write(std::move(batch), std::move(done));
  };
  co_return co_await Cross<void>(loop_, start);
}

asio::awaitable<Result<void>> StorageGate::SetTargets(std::vector<std::string> names) {
  auto start = [this, &names](storage::Store::Done<void> done) {
    store_.SetTargets(std::move(names), std::move(done));
  };
  co_return co_await Cross<void>(loop_, start);
}

asio::awaitable<Result<storage::FrontierTotals>> StorageGate::LoadFrontier(storage::FrontierSink& sink) {
  auto start = [this, &sink](storage::Store::Done<storage::FrontierTotals> done) {
    store_.LoadFrontier(sink, std::move(done));
  };
  co_return co_await Cross<storage::FrontierTotals>(loop_, start);
}

asio::awaitable<Result<std::vector<storage::QueuedUrl>>> StorageGate::LoadQueue(storage::QueueKey after,
                                                                                std::size_t limit) {
  auto start = [this, after, limit](storage::Store::Done<std::vector<storage::QueuedUrl>> done) {
    store_.LoadQueue(after.host, after, limit, std::move(done));
  };
  co_return co_await Cross<std::vector<storage::QueuedUrl>>(loop_, start);
}

}  // namespace trawl::crawler
