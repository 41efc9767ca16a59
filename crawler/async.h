#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace trawl::crawler {

namespace asio = boost::asio;

template <class T>
using Awaitable = boost::asio::awaitable<T>;

/// The one completion token: errors come as values, not as exceptions.
inline constexpr auto kAwait = asio::experimental::as_tuple(asio::use_awaitable);

}  // namespace trawl::crawler
