#pragma once

namespace trawl::crawler {

/// A part of a sum that others look at; it is taken back when this ends. Borrows the sum.
template <class T>
class Share {
 public:
  Share(T& sum, T part) : sum_(sum), part_(part) { sum_ += part_; }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { sum_ -= part_; }

 private:
  T& sum_;
  const T part_;
};

}  // namespace trawl::crawler
