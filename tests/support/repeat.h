#pragma once

#include <string>
#include <string_view>

namespace trawl::test {

inline std::string Repeat(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (; times > 0; --times) all += text;
  return all;
}

}  // namespace trawl::test
