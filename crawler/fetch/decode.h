#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/bytes.h"
#include "crawler/fetch/coding.h"
#include "crawler/fetch/failure.h"
#include "crawler/fetch/fields.h"

namespace trawl::crawler {

/// Undoes the content codings of one body, whatever size it claims to have: the output is bounded by
/// `max_body`, and a stream that swells like nothing honest does is stopped before. Runs on: any. Owns the
/// decoders.
class Decoder {
 public:
  static constexpr std::size_t kMaxCodings = 2;
  static constexpr std::uint64_t kMaxRatio = 200;           ///< output to input, of any coding, once past
  static constexpr std::uint64_t kRatioFrom = 1024 * 1024;  ///< this many bytes of output

  explicit Decoder(Bytes max_body);

  /// Reads the Content-Encoding fields: unknown codings and more than kMaxCodings are refused.
  FetchFailure Open(const Fields& fields);

  /// Undoes besides, where the body is a gzip file: see gzip_file.h. After Open.
  void UnpackGzipFile();

  /// Decodes what came and appends it to `body`. False: feed no more, the body is full or the stream broken.
  bool Feed(std::string_view bytes, std::string& body);

  /// The body is over. kIncomplete when a coding was not.
  FetchFailure Finish() const;

  bool full() const { return full_; }  ///< there was more than max_body
  const FetchFailure& failure() const { return failure_; }

 private:
  struct Stage {
    std::string name;
    std::unique_ptr<Coding> coding;
    std::uint64_t in = 0, out = 0;
    bool ended = false;
  };

  bool Run(std::size_t stage, std::string_view bytes, std::string& body);
  bool Append(std::string_view bytes, std::string& body);

  const std::uint64_t max_body_;
  std::vector<Stage> stages_;  ///< the last coding applied comes first
  bool full_ = false;
  FetchFailure failure_;
};

}  // namespace trawl::crawler
