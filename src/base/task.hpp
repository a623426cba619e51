// The coroutine type of everything that waits. A Task is lazy, cancellable and runs on the one I/O thread.
// Coroutine parameters are taken by value; a lambda that is a coroutine captures nothing.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace rotor {

template <class T = void>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

}  // namespace rotor
