// An object as a watch shows it to its cache.
#pragma once

#include <string_view>

#include "kube/runtime/watch_loop.hpp"

namespace rotor::test {

inline Result<void> shown(kube::WatchSink& cache, std::string_view object_json) {
  return cache.put(*kube::read_identity(object_json), object_json);
}

}  // namespace rotor::test
