#include "storage/error.h"

namespace trawl::storage {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "storage"; }
  std::string message(int code) const override {
    switch (static_cast<StoreErrc>(code)) {
      case StoreErrc::kOk:
        return "no error";
      case StoreErrc::kNotADatabase:
        return "the file is not a database";
      case StoreErrc::kCorrupt:
        return "the database is damaged";
      case StoreErrc::kLocked:
        return "another process holds the database";
      case StoreErrc::kNewerSchema:
        return "the database was written by a newer trawl";
      case StoreErrc::kDiskFull:
        return "the disk is full";
      case StoreErrc::kIo:
        return "reading or writing the database failed";
      case StoreErrc::kSync:
        return "the disk did not take what was written (fsync: input/output error)";
      case StoreErrc::kBodies:
        return "writing the bodies beside it, in the folder that ends in .warc, failed";
      case StoreErrc::kReadOnly:
        return "the database cannot be written";
      case StoreErrc::kSql:
        return "the SQL is wrong";
      case StoreErrc::kClosed:
        return "the database was closed";
      case StoreErrc::kCannotOpen:
        return "the database cannot be opened";
      case StoreErrc::kOutOfMemory:
        return "no memory is left for the database";
      case StoreErrc::kUnknownUrl:
        return "the batch speaks of a URL that was never added";
    }
    return "unknown storage error";
  }
};

}  // namespace

const boost::system::error_category& StoreCategory() {
  static const Category category;
  return category;
}

}  // namespace trawl::storage
