#include "crawler/parse_pool.h"

#include <boost/asio/post.hpp>

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "config/units.h"
#include "crawler/async.h"

namespace trawl::crawler {
namespace {

// So often within its limit a deadline is looked at: one clock for all workers, and no timer for each page.
constexpr int kLooksPerDeadline = 20;
constexpr int kLateLooks = 5;
// As long as documents wait, a quick worker answers one while the next is handed to it.
constexpr int kAnswersAtOnce = 8;
// Workers in a row that fail to enter their sandbox, which the zygote has proved at start.
constexpr std::size_t kMostSandboxFailures = 5;

std::string NameOfSignal(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

std::string Describe(const parser::WorkerExit& exit) {
  if (exit.signal == SIGSYS)
    return "parser killed by SIGSYS: it tried a system call that its sandbox forbids";
  if (exit.signal == SIGKILL) return "parser killed by SIGKILL, as when the system is out of memory";
  if (exit.signal != 0) return "parser killed by " + NameOfSignal(exit.signal);
  return "parser exited with code " + std::to_string(exit.exit_code);
}

std::size_t WorkersFor(const config::ParserOptions& options) {
  return options.workers != 0 ? options.workers : std::max(1u, std::thread::hardware_concurrency());
}

ParseAnswer Unavailable() {
  ParseAnswer answer;
  answer.outcome = Outcome::kParseCrashed;
  answer.detail = "the parser processes have ended";
  answer.unavailable = true;
  return answer;
}

}  // namespace

ParsePool::ParsePool(asio::any_io_executor loop, parser::ZygoteClient zygote,
                     const config::ParserOptions& options)
    : loop_(loop),
      options_(options),
      target_(WorkersFor(options)),
      zygote_(std::move(zygote)),
      control_(loop, zygote_->fd()),
      deadlines_(loop),
      gate_(loop) {
  gate_.Spawn(WatchZygote());
  RequestWorkers();
}

ParsePool::~ParsePool() {
  control_.release();
}

struct ParsePool::Submit {
  ParsePool* pool;
  std::string* head;
  std::string* body;
  std::shared_ptr<const std::string>* rules;
  ParseAnswer* answer;
  void operator()(ParseTask::Handler handler) const {
    pool->queue_.push_back(std::make_unique<ParseTask>(std::move(*head), std::move(*body), std::move(handler),
                                                       answer, std::move(*rules)));
    pool->Dispatch();
  }
};

Awaitable<ParseAnswer> ParsePool::Parse(parser::PageJob job) {
  if (closed_) co_return Unavailable();
  if (job.body.size() > parser::kMaxJobBody) {
    ParseAnswer answer;
    answer.outcome = Outcome::kParseLimit;
    answer.detail = "the document is larger than " + config::FormatSize({parser::kMaxJobBody});
    co_return answer;
  }
  std::string head;
  parser::EncodeJobHead(job, head);
  bytes_ += head.size() + job.body.size();
  std::string body = job.body.Take();
  ParseAnswer answer;
  Submit submit{this, &head, &body, &job.rules, &answer};
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(submit, asio::use_awaitable);
  co_return answer;
}

void ParsePool::RequestWorkers() {
  const auto staying =
      std::count_if(links_.begin(), links_.end(), [](const Link& link) { return !link->retiring; });
  for (std::size_t have = static_cast<std::size_t>(staying) + requested_; have < target_ && !closed_;
       ++have) {
    ++requested_;
    const auto asked = zygote_->RequestWorker(counts_.answers);
    if (!asked) Break(asked.error().message());
  }
}

void ParsePool::Kill(pid_t pid) {
  if (closed_) return;
  const auto asked = zygote_->Kill(pid);
  if (!asked) Break(asked.error().message());
}

Awaitable<void> ParsePool::WatchZygote() {
  while (!closed_) {
    const auto [error] = co_await control_.async_wait(asio::posix::stream_descriptor::wait_read, kAwait);
    if (error || closed_) co_return;
    for (;;) {
      auto event = zygote_->Receive();
      if (!event) {
        Break(event.error().message());
        co_return;
      }
      if (!*event) break;
      if ((*event)->spawned) Welcome(std::move(*(*event)->spawned));
      if ((*event)->exited) OnExit(*(*event)->exited);
      if (closed_) co_return;
    }
  }
}

void ParsePool::Welcome(parser::SpawnedWorker worker) {
  Link link = std::make_shared<WorkerLink>(loop_, std::move(worker));
  links_.push_back(link);
  --requested_;
  gate_.Spawn(ReadAnswers(link));
  if (!retries_.empty()) {
    Task task = std::move(retries_.front());
    retries_.pop_front();
    Hand(link, std::move(task));
  }
  Dispatch();
}

// The least busy worker gets the next document.
void ParsePool::Dispatch() {
  while (!queue_.empty()) {
    Link best;
    for (const Link& link : links_) {
      if (link->condemned || link->retiring || link->jobs() >= kPipeDepth) continue;
      if (!best || link->jobs() < best->jobs()) best = link;
    }
    if (!best) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    Hand(best, std::move(task));
  }
}

void ParsePool::Hand(const Link& link, Task task) {
  link->Send(std::move(task));
  if (!watching_) {
    watching_ = true;
    gate_.Spawn(WatchDeadlines());
  }
}

Awaitable<void> ParsePool::ReadAnswers(Link link) {
  WorkerLink::Read read = TakeAnswers(link);
  while (read == WorkerLink::Read::kNothingYet || read == WorkerLink::Read::kAnswer) {
    if (read ==
        WorkerLink::Read::kAnswer) {  // the next ones may be there already, but others have their turn
      Awaitable<void> turn = asio::post(loop_, asio::use_awaitable);
      co_await std::move(turn);
    } else {
      co_await link->AwaitNotice();
    }
    if (link->condemned || closed_) break;  // what it says now is too late
    read = TakeAnswers(link);
  }
  if (read == WorkerLink::Read::kLie) {
    ++counts_.lies;
    Condemn(link, Outcome::kParseCrashed, "parser lied: " + link->lie());
  }
  link->socket_ended = true;
  link->Close();
  // Whoever closes its socket is of no use, even if it lives on. One that is dying dies as it would have.
  if (!link->exit) Kill(link->pid());
  BuryIfEnded(link);
}

// kAnswer: there may be more.
WorkerLink::Read ParsePool::TakeAnswers(const Link& link) {
  WorkerLink::Read read = WorkerLink::Read::kAnswer;
  for (int answers = 0; answers < kAnswersAtOnce && read == WorkerLink::Read::kAnswer; ++answers) {
    Task task;
    read = link->ReadAnswer(task);
    if (read == WorkerLink::Read::kAnswer) OnAnswer(link, std::move(task));
  }
  return read;
}

void ParsePool::OnAnswer(const Link& link, Task task) {
  sandbox_failures_ = 0;
  ++counts_.answers;
  Resume(std::move(task));
  if (link->answers() >= kPagesPerWorker && !link->retiring) {
    link->retiring = true;
    ++counts_.retired;
    RequestWorkers();
  }
  if (link->retiring && link->jobs() == 0) link->EndInput();
  Dispatch();
}

// The worker's first document gets `outcome` at once; the worker is killed, and buried when it has ended.
void ParsePool::Condemn(const Link& link, Outcome outcome, std::string detail) {
  link->condemned = true;
  if (Task task = link->TakeFirst()) Fail(std::move(task), outcome, std::move(detail));
  Kill(link->pid());
}

Awaitable<void> ParsePool::WatchDeadlines() {
  const auto pause = std::max<Duration>(options_.wall_max / kLooksPerDeadline, Duration(1));
  auto last_look = WorkerLink::Clock::now();
  for (bool busy = true; busy && !closed_;) {
    deadlines_.expires_after(pause);
    const auto [error] = co_await deadlines_.async_wait(kAwait);
    if (error) break;
    const auto now = WorkerLink::Clock::now();
    // This process stood still, stopped from outside like maybe its workers: what they owe is unread.
    const bool late = now - std::exchange(last_look, now) > kLateLooks * pause;
    busy = !queue_.empty();
    const std::vector<Link> links = links_;
    for (const Link& link : links) {
      if (link->jobs() == 0 || link->condemned) continue;
      busy = true;
      TakeAnswers(link);  // which it may have kept back for those of the next documents
      if (late) link->RestartClock();
      if (now - link->since() < options_.wall_max) continue;
      ++counts_.timeouts;
      Condemn(link, Outcome::kParseTimeout,
              "parser gave no answer within " + config::FormatDuration(options_.wall_max));
    }
  }
  watching_ = false;
}

void ParsePool::OnExit(const parser::WorkerExit& exit) {
  const auto link = std::find_if(links_.begin(), links_.end(),
                                 [&](const Link& l) { return l->pid() == exit.pid && !l->exit; });
  if (link == links_.end()) return;
  const Link ended = *link;
  ended->exit = exit;
  BuryIfEnded(ended);
}

// Only when the socket has been read to its end is it known at which document the worker died.
void ParsePool::BuryIfEnded(const Link& link) {
  if (closed_ || !link->socket_ended || !link->exit) return;
  if (!link->condemned) Blame(link);
  if (closed_) return;
  links_.erase(std::find(links_.begin(), links_.end(), link));
  std::deque<Task> rest;
  while (Task task = link->TakeFirst()) rest.push_back(std::move(task));
  for (; !rest.empty(); rest.pop_back()) queue_.push_front(std::move(rest.back()));
  RequestWorkers();
  // No fresh one will come when a worker dies that had its replacement already.
  for (; requested_ == 0 && !retries_.empty(); retries_.pop_front()) {
    queue_.push_front(std::move(retries_.front()));
  }
  Dispatch();
}

// Decides what the end of a worker means for the document that it was at.
void ParsePool::Blame(const Link& link) {
  const parser::WorkerExit& exit = *link->exit;
  if (exit.exit_code == parser::kExitNoSandbox && link->answers() == 0) {
    // It has read nothing. What it says cannot be told from what a taken-over worker says, so this has an
    // end.
    if (++sandbox_failures_ >= kMostSandboxFailures) Break("parser processes cannot enter their sandbox");
    return;
  }
  const bool done = exit.signal == 0 && exit.exit_code == 0 && link->jobs() == 0;
  if (done) return;
  Task task = link->TakeFirst();
  if (exit.signal == SIGPROF) {
    ++counts_.timeouts;
    if (task) {
      Fail(std::move(task), Outcome::kParseTimeout,
           "parser used more than " + config::FormatDuration(options_.cpu_max) + " of CPU");
    }
  } else if (exit.signal == 0 && exit.exit_code == parser::kExitLimit) {
    ++counts_.limits;
    if (task) {
      Fail(std::move(task), Outcome::kParseLimit,
           "the document needs more memory than a parser may use (" +
               config::FormatSize(options_.memory_max) + ")");
    }
  } else {
    ++counts_.crashes;
    if (task && !task->retried) {
      task->retried = true;
      retries_.push_back(std::move(task));
    } else if (task) {
      Fail(std::move(task), Outcome::kParseCrashed, Describe(exit));
    }
  }
}

void ParsePool::Answer(Task task, ParseAnswer answer) {
  *task->answer = std::move(answer);
  Resume(std::move(task));
}

void ParsePool::Resume(Task task) {
  bytes_ -= task->size();
  asio::post(std::move(task->handler));
}

void ParsePool::Fail(Task task, Outcome outcome, std::string detail) {
  ParseAnswer answer;
  answer.outcome = outcome;
  answer.detail = std::move(detail);
  Answer(std::move(task), std::move(answer));
}

void ParsePool::FailAll() {
  closed_ = true;
  for (const Link& link : links_) {
    while (Task task = link->TakeFirst()) Answer(std::move(task), Unavailable());
    link->Close();
  }
  links_.clear();
  for (std::deque<Task>* tasks : {&retries_, &queue_}) {
    for (Task& task : *tasks) Answer(std::move(task), Unavailable());
    tasks->clear();
  }
  boost::system::error_code ignored;
  control_.cancel(ignored);
  deadlines_.cancel();
}

void ParsePool::Break(std::string why) {
  if (closed_) return;
  failure_ = std::move(why);
  FailAll();
}

void ParsePool::Close(std::function<void()> done) {
  if (!closed_) FailAll();
  gate_.Close([this, done = std::move(done)] {
    control_.release();
    zygote_.reset();
    done();
  });
}

PoolCounts ParsePool::counts() const {
  PoolCounts counts = counts_;
  counts.workers = links_.size();
  counts.queued = queue_.size() + retries_.size();
  for (const Link& link : links_) counts.parsing += link->jobs();
  return counts;
}

std::vector<pid_t> ParsePool::pids() const {
  std::vector<pid_t> pids;
  for (const Link& link : links_) pids.push_back(link->pid());
  return pids;
}

}  // namespace trawl::crawler
