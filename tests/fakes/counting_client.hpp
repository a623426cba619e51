// Counts the requests of a client as it passes them on: by verb and resource, {"patch", "externalsecrets/status"}.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "tests/fakes/around_client.hpp"

namespace rotor::test {

using RequestCounts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

struct Counting {
  std::shared_ptr<RequestCounts> counts;
  template <class T>
  Task<Result<T>> operator()(std::string verb, std::string resource, Task<Result<T>> call) {
    ++(*counts)[{std::move(verb), std::move(resource)}];
    return call;
  }
};

using CountingClient = AroundClient<Counting>;

}  // namespace rotor::test
