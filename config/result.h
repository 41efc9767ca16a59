#pragma once

#include <boost/system/result.hpp>

namespace trawl {

/// A value or the error_code that says why there is none. Each folder has its own error enum.
template <class T>
using Result = boost::system::result<T>;

}  // namespace trawl
