#pragma once

#include <boost/system/error_code.hpp>

#include <type_traits>

namespace trawl::storage {

/// What can go wrong with the database.
enum class StoreErrc {
  kOk = 0,
  kNotADatabase,  ///< the file holds something else, or is damaged at its start
  kCorrupt,       ///< the database is damaged
  kLocked,        ///< another process holds it
  kNewerSchema,   ///< written by a newer trawl
  kDiskFull,
  kIo,  ///< a read or write failed
  kReadOnly,
  kSql,         ///< a statement is wrong (a query of the user's, or a bug)
  kClosed,      ///< the store was closed, or failed before
  kCannotOpen,  ///< missing folder or no permission
  kOutOfMemory,
  kSync,        ///< what was written may not be on the disk: fsync failed
  kBodies,      ///< a file beside the database, of bodies, could not be written
  kUnknownUrl,  ///< a batch speaks of a URL that was never added; nothing of it is stored
};

const boost::system::error_category& StoreCategory();

inline boost::system::error_code make_error_code(StoreErrc code) {
  return {static_cast<int>(code), StoreCategory()};
}

}  // namespace trawl::storage

template <>
struct boost::system::is_error_code_enum<trawl::storage::StoreErrc> : std::true_type {};
