#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace trawl::crawler {

/// Tens of thousands of deadlines at the price of two pointers each: arming and disarming are O(1), and
/// nothing is ever sorted. Runs on: any one thread. Borrows its entries; time is an argument.
class TimingWheel {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTick{20};

  class Link {
   public:
    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

   protected:
    friend class TimingWheel;
    Link* next_ = nullptr;
    Link* previous_ = nullptr;
  };

  /// Something with a deadline. Disarms itself when destroyed.
  class Entry : public Link {
   public:
    virtual ~Entry();
    bool armed() const { return next_ != nullptr; }

   private:
    friend class TimingWheel;
    /// The deadline passed; the entry is disarmed already, and may be armed again from here.
    virtual void Expire() = 0;
    TimingWheel* wheel_ = nullptr;
    std::int64_t tick_ = 0;
  };

  explicit TimingWheel(Clock::time_point start);
  ~TimingWheel();

  /// Expires the entry in the first Advance at or after `due`; an armed entry is moved.
  void Arm(Entry& entry, Clock::time_point due);
  void Disarm(Entry& entry);
  /// Expires all that is due, each at most kTick late.
  void Advance(Clock::time_point now);
  bool empty() const { return armed_ == 0; }

 private:
  static constexpr std::size_t kSlots =
      2048;  // one turn is 41 s: few entries are passed over before their time

  static void Insert(Link& list, Link& link);
  static void Remove(Link& link);
  static void Clear(Link& list) { list.next_ = list.previous_ = &list; }
  std::int64_t TickOf(Clock::time_point time) const { return (time - start_) / kTick; }
  void ExpireSlot(Link& slot);

  const Clock::time_point start_;
  std::int64_t now_ = 0;
  std::size_t armed_ = 0;
  std::array<Link, kSlots> slots_;
};

}  // namespace trawl::crawler
