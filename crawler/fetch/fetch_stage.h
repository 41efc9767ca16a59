#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trawl::crawler {

/// The steps of a fetch that it may have to wait in, in their order.
enum class FetchStage : std::uint8_t { kDns, kConnect, kTls, kFirstByte, kBody };
inline constexpr std::array<std::string_view, 5> kFetchStageNames = {"dns", "connect", "tls", "first_byte",
                                                                     "body"};

/// How many fetches are at each of them.
using FetchStages = std::array<std::size_t, kFetchStageNames.size()>;

/// Where one fetch is; it is counted there as long as it lives. Runs on: event loop. Borrows the counts.
class FetchPlace {
 public:
  explicit FetchPlace(FetchStages& counts) : counts_(counts) {}
  ~FetchPlace() { Leave(); }
  FetchPlace(const FetchPlace&) = delete;
  FetchPlace& operator=(const FetchPlace&) = delete;

  void Enter(FetchStage stage) {
    Leave();
    stage_ = stage;
    ++counts_[static_cast<std::size_t>(stage)];
  }
  void Leave() {
    if (stage_) --counts_[static_cast<std::size_t>(*stage_)];
    stage_.reset();
  }

 private:
  FetchStages& counts_;
  std::optional<FetchStage> stage_;
};

}  // namespace trawl::crawler
