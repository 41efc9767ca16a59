#pragma once

#include <boost/system/error_code.hpp>

#include <type_traits>

namespace trawl::parser {

/// What can go wrong with bytes from outside.
enum class ParserErrc {
  kOk = 0,
  kInvalidUrl,       ///< the URL Standard's parser returns failure
  kNotCrawlable,     ///< a valid URL that is not http(s), or has no host
  kTooLong,          ///< past a length limit
  kTruncatedFrame,   ///< a message ended before its fields did
  kTrailingBytes,    ///< a message goes on after its last field
  kBadFrame,         ///< a field of a message has a value that cannot be
  kWrongVersion,     ///< the peer speaks another version of the wire format
  kWorkerCrashed,    ///< the worker died, or lied, on this document
  kWorkerTimeout,    ///< the worker passed its CPU or wall limit and was killed
  kWorkerLimit,      ///< the document needs more memory or nesting than a worker may use
  kZygoteGone,       ///< the fork server has ended, or lied
  kZygoteSilent,     ///< the fork server lives and does not empty its socket
  kNoSandbox,        ///< this system does not let parser processes be sandboxed
};

const boost::system::error_category& ParserCategory();

inline boost::system::error_code make_error_code(ParserErrc code) {
  return {static_cast<int>(code), ParserCategory()};
}

}  // namespace trawl::parser

template <>
struct boost::system::is_error_code_enum<trawl::parser::ParserErrc> : std::true_type {};
