#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "crawler/parse_pool.h"
#include "tests/support/parser_options.h"

namespace trawl::test {

/// A loop and a pool of misbehaving parsers for one test. Every wait is for the loop to turn, and ends after
/// a minute with an exception.
class ParseLoop {
 public:
  explicit ParseLoop(const config::ParserOptions& options = RogueOptions()) {
    auto zygote = parser::ZygoteClient::Start(options, options.program);
    zygote_pid_ = zygote.value().zygote_pid();
    pool_ = std::make_unique<crawler::ParsePool>(loop_.get_executor(), std::move(zygote).value(), options);
  }
  ~ParseLoop() { Close(); }
  ParseLoop(const ParseLoop&) = delete;
  ParseLoop& operator=(const ParseLoop&) = delete;

  static parser::PageJob Job(std::string body) {
    parser::PageJob job;
    job.url = "http://example.org/";
    job.body = std::move(body);
    return job;
  }

  crawler::ParseAnswer Parse(std::string body) {
    std::vector<std::string> one;
    one.push_back(std::move(body));
    return std::move(ParseAll(std::move(one)).front());
  }
  crawler::ParseAnswer Parse(parser::PageJob job) {
    std::vector<parser::PageJob> one;
    one.push_back(std::move(job));
    const auto answers = BeginJobs(std::move(one));
    Until([&] { return answers->left == 0; });
    return std::move(answers->all.front());
  }
  /// All at once; the answers in the order of the bodies.
  std::vector<crawler::ParseAnswer> ParseAll(std::vector<std::string> bodies) {
    const auto answers = Begin(std::move(bodies));
    Until([&] { return answers->left == 0; });
    return std::move(answers->all);
  }

  struct Answers {
    std::vector<crawler::ParseAnswer> all;
    std::size_t left = 0;
  };
  std::shared_ptr<Answers> Begin(std::vector<std::string> bodies) {
    std::vector<parser::PageJob> jobs;
    for (std::string& body : bodies) jobs.push_back(Job(std::move(body)));
    return BeginJobs(std::move(jobs));
  }
  std::shared_ptr<Answers> BeginJobs(std::vector<parser::PageJob> jobs) {
    auto answers = std::make_shared<Answers>();
    answers->all.resize(jobs.size());
    answers->left = jobs.size();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      boost::asio::co_spawn(loop_, pool_->Parse(std::move(jobs[i])),
                            [answers, i](std::exception_ptr thrown, crawler::ParseAnswer answer) {
                              if (thrown) std::rethrow_exception(thrown);
                              answers->all[i] = std::move(answer);
                              --answers->left;
                            });
    }
    return answers;
  }

  void Until(const std::function<bool()>& happened) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!happened()) {
      if (loop_.stopped()) loop_.restart();
      loop_.run_one_until(deadline);
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("nothing happened for a minute");
    }
  }
  void UntilWorkers(std::size_t count) {
    Until([&] { return pool_->counts().workers == count; });
  }

  void Close() {
    if (closed_) return;
    closed_ = true;
    bool done = false;
    pool_->Close([&done] { done = true; });
    Until([&] { return done; });
  }

  crawler::ParsePool& pool() { return *pool_; }
  pid_t zygote_pid() const { return zygote_pid_; }

 private:
  boost::asio::io_context loop_{1};
  pid_t zygote_pid_ = 0;
  std::unique_ptr<crawler::ParsePool> pool_;
  bool closed_ = false;
};

}  // namespace trawl::test
