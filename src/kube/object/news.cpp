#include "kube/object/news.hpp"

#include <tuple>

namespace rotor::kube {

bool is_news(const ObjectMeta& before, const ObjectMeta& after) {
  const auto decided = [](const ObjectMeta& m) {
    return std::tie(m.uid, m.generation, m.labels, m.annotations, m.finalizers, m.deletion_timestamp);
  };
  return decided(before) != decided(after);
}

}  // namespace rotor::kube
