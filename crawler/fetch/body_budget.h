#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>

#include "config/bytes.h"
#include "crawler/fetch/event.h"

namespace trawl::crawler {

/// Memory for all bodies that are being read, so that ten thousand large ones at once do not come to a
/// hundred gigabytes: who may not read leaves its bytes with the kernel, whose window then slows the server.
/// The oldest few may always read, so that something always ends. Runs on: event loop. Borrows the shares.
class BodyBudget {
 public:
  /// One body's part. In the budget's order from its making to its end.
  class Share {
   public:
    Share(BodyBudget& budget, const boost::asio::any_io_executor& loop);
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// The body has this much memory now.
    void Hold(std::size_t bytes);
    /// Whether the next bytes may be read. When not, `room` is set once it is worth asking again.
    bool MayRead();
    Event room;

   private:
    friend class BodyBudget;
    BodyBudget& budget_;
    std::uint64_t held_ = 0;
    bool waiting_ = false;
    Share *next_ = nullptr, *previous_ = nullptr;
  };

  /// Bodies of up to `max_body` stay within `most` altogether, as long as that is enough for two of them.
  BodyBudget(Bytes most, Bytes max_body);

  std::uint64_t held() const { return held_; }
  std::uint64_t limit() const { return limit_; }
  std::uint32_t always() const { return always_; }

 private:
  void WakeSome();

  std::uint32_t always_;  ///< how many of the oldest may read whatever is held
  std::uint64_t limit_;   ///< of what is held, for all others
  std::uint64_t held_ = 0;
  std::uint64_t waiting_ = 0;
  Share *first_ = nullptr, *last_ = nullptr;
};

}  // namespace trawl::crawler
