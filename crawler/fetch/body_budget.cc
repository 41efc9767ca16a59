#include "crawler/fetch/body_budget.h"

#include <algorithm>

namespace trawl::crawler {
namespace {

constexpr std::uint64_t kAtOnce = 64 * 1024;  ///< what one who is woken may be expected to read first

}  // namespace

BodyBudget::BodyBudget(Bytes most, Bytes max_body) {
  // One read of a well compressed body can bring all of it, so a body more than the limit's last is added.
  const std::uint64_t body = std::max<std::uint64_t>(max_body.count, kAtOnce);
  always_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(most.count / 4 / body, 1, 16));
  const std::uint64_t aside = (always_ + 1) * body;
  limit_ = most.count > aside ? most.count - aside : 0;
}

BodyBudget::Share::Share(BodyBudget& budget, const boost::asio::any_io_executor& loop)
    : room(loop), budget_(budget), previous_(budget.last_) {
  (previous_ != nullptr ? previous_->next_ : budget.first_) = this;
  budget.last_ = this;
}

BodyBudget::Share::~Share() {
  budget_.held_ -= held_;
  budget_.waiting_ -= waiting_;
  (previous_ != nullptr ? previous_->next_ : budget_.first_) = next_;
  (next_ != nullptr ? next_->previous_ : budget_.last_) = previous_;
  budget_.WakeSome();
}

void BodyBudget::Share::Hold(std::size_t bytes) {
  budget_.held_ += bytes;
  budget_.held_ -= held_;
  held_ = bytes;
}

bool BodyBudget::Share::MayRead() {
  bool may = budget_.held_ < budget_.limit_;
  const Share* older = budget_.first_;
  for (std::uint32_t i = 0; !may && i < budget_.always_ && older != nullptr; ++i, older = older->next_)
    may = older == this;
  budget_.waiting_ -= waiting_;
  waiting_ = !may;
  budget_.waiting_ += waiting_;
  return may;
}

/// Those who may read now, in their order: the oldest, and as many as there is room for.
void BodyBudget::WakeSome() {
  std::uint64_t expected = held_;
  std::uint32_t place = 0;
  for (Share* share = first_; share != nullptr && waiting_ > 0; share = share->next_, ++place) {
    if (place >= always_ && expected >= limit_) return;
    if (!share->waiting_) continue;
    share->waiting_ = false;
    --waiting_;
    expected += kAtOnce;
    share->room.Set();
  }
}

}  // namespace trawl::crawler
