#include "crawler/control/history.h"

#include <algorithm>

namespace trawl::crawler {

void History::Add(const Sample& sample) {
  samples_.push_back(sample);
  if (samples_.size() > kSamples) samples_.pop_front();
}

History::Rates History::Over(Duration span) const {
  if (samples_.size() < 2) return {};
  const Sample& last = samples_.back();
  const auto first = std::find_if(samples_.begin(), std::prev(samples_.end()),
                                  [&](const Sample& sample) { return last.at - sample.at <= span; });
  const double seconds = static_cast<double>((last.at - first->at).count()) / 1000.0;
  if (seconds <= 0) return {};
  return {static_cast<double>(last.pages - first->pages) / seconds,
          static_cast<double>(last.bytes_wire - first->bytes_wire) / seconds,
          static_cast<double>(last.errors - first->errors) / seconds};
}

}  // namespace trawl::crawler
