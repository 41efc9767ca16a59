#include "crawler/fetch/http1.h"

#include <algorithm>

#include "crawler/fetch/decode.h"
#include "crawler/fetch/http1_body.h"
#include "crawler/fetch/http1_head.h"

namespace trawl::crawler {

namespace asio = boost::asio;

struct Http1Exchange::Reading {
  Reading(bool head_request, const config::HttpOptions& options)
      : head(head_request, options.max_headers.count, options.max_header_fields) {}
  Http1HeadReader head;
  bool offers_keep_alive = false;
  std::optional<Http1Body> body;
  std::optional<Decoder> decoder;
};

Http1Exchange::Http1Exchange(Transport& transport, Deadline& deadline, FetchPlace& place,
                             const Shared& shared, const FetchRequest& request, FetchResult& result)
    : transport_(transport),
      deadline_(deadline),
      place_(place),
      shared_(shared),
      request_(request),
      result_(result) {}

Http1Exchange::~Http1Exchange() = default;

asio::awaitable<void> Http1Exchange::Run(std::string head) {
  Socket& socket = transport_.socket();
  place_.Enter(FetchStage::kFirstByte);
  deadline_.BeginStep("sending the request", shared_.options.first_byte_timeout);
  std::string_view rest = head;
  while (!rest.empty() && !failure_) {
    const Transfer step = transport_.Write(rest);
    rest.remove_prefix(step.bytes);
    if (!step.error.empty() || step.ended) Fail({Outcome::kConnectionLost, "sending: " + step.error});
    if (step.need == Need::kNothing) continue;
    if (deadline_.Watch(socket)) {
      co_await socket.Wait(step.need);
      deadline_.Unwatch();
    }
    if (deadline_.expired()) Fail(deadline_.failure());
  }
  std::string().swap(head);
  if (!failure_) deadline_.BeginStep("the first byte", shared_.options.first_byte_timeout);
  for (Need need = Need::kReadable; !failure_;) {
    if (need != Need::kNothing && deadline_.Watch(socket)) {
      co_await socket.Wait(need);
      deadline_.Unwatch();
    }
    if (deadline_.expired()) {
      Fail(deadline_.failure());
      break;
    }
    if (!share_) share_ = std::make_unique<BodyBudget::Share>(shared_.budget, shared_.loop);
    if (!share_->MayRead()) {
      co_await AwaitRoom();
      if (failure_) break;
    }
    const Transfer step = transport_.Read(shared_.buffer);
    need = step.need;
    if (step.bytes > 0 && Take(std::string_view(shared_.buffer.data(), step.bytes))) break;
    if (!step.error.empty()) {
      TakeEnd(false);
      if (failure_) failure_.detail += " (" + step.error + ")";
      break;
    }
    if (step.ended) {
      TakeEnd(step.clean);
      break;
    }
  }
  Judge();
}

/// Waits until the bodies under way leave room for more of this one.
asio::awaitable<void> Http1Exchange::AwaitRoom() {
  deadline_.Pause();
  do {
    if (deadline_.Watch(share_->room)) {
      co_await share_->room.Wait();
      deadline_.Unwatch();
    }
    if (deadline_.expired()) {
      Fail(deadline_.failure());
      co_return;
    }
  } while (!share_->MayRead());
  deadline_.Resume();
}

/// The first byte is here.
void Http1Exchange::Begin() {
  reading_ = std::make_unique<Reading>(request_.method == "HEAD", shared_.options);
  result_.timings.first_byte_ms = MillisSince(deadline_.start());
  place_.Enter(FetchStage::kBody);
  deadline_.BeginRate("reading the answer", shared_.options.min_rate, shared_.options.min_rate_window);
}

/// True when nothing more is to be read.
bool Http1Exchange::Take(std::string_view bytes) {
  if (!reading_) Begin();
  result_.bytes_wire += bytes.size();
  deadline_.Arrived(bytes.size());
  Reading& reading = *reading_;
  if (!reading.body) {
    bytes.remove_prefix(reading.head.Feed(bytes));
    if (reading.head.failed()) {
      Fail(reading.head.failure());
      return true;
    }
    if (!reading.head.done()) return false;
    if (!TakeHead()) return true;
  }
  while (!bytes.empty() && !reading.body->done() && !reading.body->failed()) {
    const std::string_view content = reading.body->Next(bytes);
    const bool more = content.empty() || reading.decoder->Feed(content, result_.body);
    share_->Hold(result_.body.capacity());
    if (more) continue;
    result_.truncated = reading.decoder->full();
    Fail(reading.decoder->failure());
    return true;
  }
  if (reading.body->failed()) Fail(reading.body->failure());
  if (reading.body->done()) reusable_ = reading.offers_keep_alive && bytes.empty();
  return reading.body->done() || reading.body->failed();
}

/// The head is whole. False when its body cannot be read.
bool Http1Exchange::TakeHead() {
  Reading& reading = *reading_;
  Http1Head& head = reading.head.head();
  result_.status = head.status;
  result_.protocol = head.minor_version == 0 ? "http/1.0" : transport_.Protocol();
  result_.headers = std::move(head.fields);
  reading.offers_keep_alive = head.keep_alive;
  reading.body.emplace(head.body_end, head.length);
  const bool redirect = result_.Redirects();
  reading.decoder.emplace(redirect ? kMaxRedirectBody : request_.max_body);
  if (redirect) deadline_.BeginStep("the body of a redirect", kRedirectBody);
  if (reading.body->done()) return true;
  if (FetchFailure failure = reading.decoder->Open(result_.headers)) {
    Fail(std::move(failure));
    return false;
  }
  if (request_.unpack_gzip) reading.decoder->UnpackGzipFile();
  if (head.body_end == BodyEnd::kLength) {  // the header's word is good for a small promise only
    result_.body.reserve(std::min<std::uint64_t>({head.length, request_.max_body.count, KiB(64).count}));
  }
  return true;
}

void Http1Exchange::TakeEnd(bool clean) {
  if (!reading_) return Fail({Outcome::kConnectionLost, "the connection ended without an answer"});
  if (!reading_->body) return Fail({Outcome::kConnectionLost, "the connection ended within the head"});
  reading_->body->EndOfStream(clean);
  if (reading_->body->failed()) Fail(reading_->body->failure());
}

void Http1Exchange::Fail(FetchFailure failure) {
  if (failure && !failure_) failure_ = std::move(failure);
}

/// The outcome: the status decides where it says all, else the first failure.
void Http1Exchange::Judge() {
  const bool headed = reading_ && reading_->body;
  if (headed && !failure_ && !result_.truncated) Fail(reading_->decoder->Finish());
  if (failure_) reusable_ = reusable_ && headed && reading_->body->done();
  result_.detail = failure_.detail;
  if (!headed) {
    result_.outcome = failure_.outcome;
  } else if (result_.status == 304) {
    result_.outcome = Outcome::kNotModified;
  } else if (result_.Redirects()) {
    result_.outcome = Outcome::kRedirect;
  } else if (result_.status >= 400) {
    result_.outcome = Outcome::kHttpError;
  } else if (failure_) {
    result_.outcome = failure_.outcome;
  } else if (result_.status == 206) {
    result_.outcome = Outcome::kIncomplete;
    result_.detail = "206 Partial Content, though the whole was asked for";
  }
}

}  // namespace trawl::crawler
