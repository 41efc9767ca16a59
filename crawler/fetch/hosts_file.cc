#include "crawler/fetch/hosts_file.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "parser/ascii.h"

namespace trawl::crawler {
namespace {

std::string KeyOf(std::string_view name) {
  std::string lower = parser::AsciiLowered(name);
  if (!lower.empty() && lower.back() == '.') lower.pop_back();
  return lower;
}

}  // namespace

bool HostsFile::Add(std::string_view name, std::string_view address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(address), error);
  if (error) return false;
  Entry& entry = entries_[KeyOf(name)];
  if (!entry.own) entry.addresses.clear();
  entry.own = true;
  entry.addresses.push_back(parsed);
  return true;
}

void HostsFile::Parse(std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    if (!(words >> word)) continue;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(word, error);
    if (error) continue;
    while (words >> word) {
      Entry& entry = entries_[KeyOf(word)];
      if (!entry.own) entry.addresses.push_back(address);
    }
  }
}

void HostsFile::Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  Parse(text);
}

const std::vector<boost::asio::ip::address>* HostsFile::Find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second.addresses;
}

}  // namespace trawl::crawler
