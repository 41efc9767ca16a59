#include "crawler/fetch/timing_wheel.h"

#include <algorithm>
#include <cassert>

namespace trawl::crawler {

TimingWheel::Entry::~Entry() {
  if (armed()) wheel_->Disarm(*this);
}

TimingWheel::TimingWheel(Clock::time_point start) : start_(start) {
  for (Link& slot : slots_) Clear(slot);
}

TimingWheel::~TimingWheel() {
  assert(empty());
}

void TimingWheel::Insert(Link& list, Link& link) {
  link.next_ = &list;
  link.previous_ = list.previous_;
  list.previous_->next_ = &link;
  list.previous_ = &link;
}

void TimingWheel::Remove(Link& link) {
  link.next_->previous_ = link.previous_;
  link.previous_->next_ = link.next_;
  link.next_ = link.previous_ = nullptr;
}

void TimingWheel::Arm(Entry& entry, Clock::time_point due) {
  if (entry.armed()) {
    Remove(entry);
  } else {
    ++armed_;
  }
  entry.wheel_ = this;
  // The tick that begins at or after `due`; never the running one, which is passed already.
  entry.tick_ = std::max(TickOf(due + kTick - Clock::duration(1)), now_ + 1);
  Insert(slots_[static_cast<std::size_t>(entry.tick_) % kSlots], entry);
}

void TimingWheel::Disarm(Entry& entry) {
  if (!entry.armed()) return;
  Remove(entry);
  --armed_;
}

void TimingWheel::Advance(Clock::time_point now) {
  const std::int64_t until = TickOf(now);
  if (until - now_ >= static_cast<std::int64_t>(kSlots)) {  // a long pause: one turn sees every slot
    now_ = until;
    for (Link& slot : slots_) ExpireSlot(slot);
    return;
  }
  while (now_ < until) {
    ++now_;
    ExpireSlot(slots_[static_cast<std::size_t>(now_) % kSlots]);
  }
}

void TimingWheel::ExpireSlot(Link& slot) {
  // What is due moves to a list of its own first: an expiring entry may arm or disarm any other.
  Link due;
  Clear(due);
  for (Link* link = slot.next_; link != &slot;) {
    Entry& entry = static_cast<Entry&>(*link);
    link = link->next_;
    if (entry.tick_ > now_) continue;
    Remove(entry);
    Insert(due, entry);
  }
  while (due.next_ != &due) {
    Entry& entry = static_cast<Entry&>(*due.next_);
    Remove(entry);
    --armed_;
    entry.Expire();
  }
}

}  // namespace trawl::crawler
