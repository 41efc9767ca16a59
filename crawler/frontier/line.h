#pragma once

#include <cstddef>
#include <vector>

namespace trawl::crawler {

/// First in, first out; costs no memory while empty, of which there are as many as addresses.
template <class T>
class Line {
 public:
  bool empty() const { return first_ == items_.size(); }
  std::size_t size() const { return items_.size() - first_; }
  void Push(T item) { items_.push_back(item); }
  T Pop() {
    const T item = items_[first_++];
    if (first_ == items_.size()) {
      items_ = std::vector<T>();
      first_ = 0;
    } else if (first_ > 64 && first_ > items_.size() / 2) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return item;
  }

 private:
  std::vector<T> items_;
  std::size_t first_ = 0;
};

}  // namespace trawl::crawler
