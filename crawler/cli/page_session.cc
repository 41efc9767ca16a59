#include "crawler/cli/page_session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include "crawler/async.h"
#include "crawler/parse_pool.h"
#include "crawler/parser_program.h"
#include "parser/error.h"
#include "parser/zygote_client.h"

namespace trawl::crawler {

struct PageSession::Impl {
  Impl(const config::Options& from, parser::ZygoteClient zygote)
      : options(from),
        loop(1),
        fetcher(loop.get_executor(), options),
        pool(loop.get_executor(), std::move(zygote), options.parser) {}

  /// Runs the loop until the coroutine has ended. The pool's own coroutines go on with the next call.
  template <class T>
  T Await(Awaitable<T> work) {
    std::optional<T> result;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown, T value) {
      if (thrown) std::rethrow_exception(thrown);
      result = std::move(value);
      loop.stop();
    });
    loop.restart();
    loop.run();
    return std::move(*result);
  }

  const config::Options options;
  asio::io_context loop;
  Fetcher fetcher;
  ParsePool pool;
};

PageSession::PageSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::unique_ptr<PageSession> PageSession::Start(const config::Options& options) {
  const std::string program = ParserProgram(options.parser);
  Result<parser::ZygoteClient> zygote = parser::ZygoteClient::Start(options.parser, program);
  if (!zygote) {
    std::fprintf(stderr, "cannot start %s: %s\n", program.c_str(), zygote.error().message().c_str());
    return nullptr;
  }
  std::unique_ptr<PageSession> session(new PageSession(std::make_unique<Impl>(options, std::move(*zygote))));
  if (const std::string wrong = session->impl_->fetcher.SetupError(); !wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    return nullptr;
  }
  return session;
}

PageSession::~PageSession() {
  if (!impl_) return;
  impl_->pool.Close([this] { impl_->fetcher.Cancel(); });
  impl_->loop.restart();
  impl_->loop.run();
}

FetchResult PageSession::Fetch(FetchRequest request) {
  return impl_->Await(impl_->fetcher.Fetch(std::move(request)));
}

ParseAnswer PageSession::Parse(parser::PageJob job) {
  return impl_->Await(impl_->pool.Parse(std::move(job)));
}

boost::system::error_code ErrorOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kParseTimeout:
      return parser::ParserErrc::kWorkerTimeout;
    case Outcome::kParseLimit:
      return parser::ParserErrc::kWorkerLimit;
    default:
      return parser::ParserErrc::kWorkerCrashed;
  }
}

}  // namespace trawl::crawler
