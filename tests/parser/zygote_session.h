#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "parser/frame_reader.h"
#include "parser/respawn_throttle.h"
#include "parser/zygote_client.h"
#include "tests/support/parser_options.h"

namespace trawl::test {

/// A worker as a test talks to it: one document, one answer, waiting for it.
class Conversation {
 public:
  explicit Conversation(parser::SpawnedWorker worker)
      : worker_(std::move(worker)),
        jobs_(worker_.memory.jobs()),
        answers_(parser::FrameType::kAnswer, worker_.memory.answers()) {}

  pid_t pid() const { return worker_.pid; }
  void Tell(std::string body) {
    parser::PageJob job;
    job.url = "http://example.org/";
    job.body = std::move(body);
    std::string frame;
    parser::EncodeJob(job, frame);
    if (jobs_.Put(frame).value() != frame.size()) throw std::runtime_error("no room for the document");
    jobs_.Publish();
    if (worker_.memory.worker().WokenByBytes() && ::send(worker_.socket.Get(), "", 1, MSG_NOSIGNAL) != 1) {
      throw std::runtime_error("the worker takes no document");
    }
  }
  /// The next answer; nothing when the worker ends instead.
  std::optional<parser::ParsedPage> Hear() {
    for (bool ended = false;;) {
      worker_.memory.trawl().Want(parser::Wanted::kBytes);
      if (answers_.Next().value()) return parser::DecodeAnswer(answers_.TakePayload()).value();
      if (ended) return std::nullopt;
      pollfd watched{worker_.socket.Get(), POLLIN, 0};
      if (::poll(&watched, 1, 60'000) != 1) throw std::runtime_error("no answer for a minute");
      char notices[64];
      ended = ::recv(worker_.socket.Get(), notices, sizeof notices, 0) <= 0;
    }
  }
  std::optional<parser::ParsedPage> Ask(std::string body) {
    Tell(std::move(body));
    return Hear();
  }

 private:
  parser::SpawnedWorker worker_;
  parser::RingWriter jobs_;
  parser::FrameReader answers_;
};

/// A zygote of misbehaving workers, without a loop. Every wait ends after a minute with an exception.
class ZygoteSession {
 public:
  explicit ZygoteSession(const config::ParserOptions& options = RogueOptions())
      : client_(parser::ZygoteClient::Start(options, options.program).value()) {}

  /// A fresh worker. `answered`: documents that others have answered since the last one, as the zygote is
  /// told; with fewer than deaths it would see a crash loop.
  Conversation Spawn(std::uint64_t answered = parser::RespawnThrottle::kDeaths) {
    answered_ += answered;
    if (!client_.RequestWorker(answered_)) throw std::runtime_error("the zygote is gone");
    while (spawned_.empty()) Receive();
    Conversation worker(std::move(spawned_.front()));
    spawned_.pop_front();
    return worker;
  }
  parser::WorkerExit AwaitExit() {
    while (exited_.empty()) Receive();
    const parser::WorkerExit exit = exited_.front();
    exited_.pop_front();
    return exit;
  }
  /// How a fresh worker ends that gets this document.
  parser::WorkerExit EndOf(const std::string& body,
                           std::uint64_t answered = parser::RespawnThrottle::kDeaths) {
    Conversation worker = Spawn(answered);
    worker.Tell(body);
    return AwaitExit();
  }
  parser::ZygoteClient& client() { return client_; }

 private:
  void Receive() {
    pollfd watched{client_.fd(), POLLIN, 0};
    if (::poll(&watched, 1, 60'000) != 1) throw std::runtime_error("the zygote says nothing for a minute");
    auto event = client_.Receive().value();
    if (!event) return;
    if (event->spawned) spawned_.push_back(std::move(*event->spawned));
    if (event->exited) exited_.push_back(*event->exited);
  }

  parser::ZygoteClient client_;
  std::uint64_t answered_ = 0;
  std::deque<parser::SpawnedWorker> spawned_;
  std::deque<parser::WorkerExit> exited_;
};

}  // namespace trawl::test
