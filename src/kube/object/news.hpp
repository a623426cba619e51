// Which changes of an object are a controller's business.
#pragma once

#include "kube/object/object.hpp"

namespace rotor::kube {

// Did anything change that somebody else decides: the object itself (uid), its spec (generation), labels, annotations,
// finalizers, its deletion? A status that we wrote ourselves is no news.
bool is_news(const ObjectMeta& before, const ObjectMeta& after);

}  // namespace rotor::kube
