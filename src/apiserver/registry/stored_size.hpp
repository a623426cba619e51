// How large an object is in etcd, near enough to refuse what a cluster would refuse.
#pragma once

#include "json/document.hpp"

namespace rotor::apiserver {

// Custom kinds are stored as JSON; built-in ones in a binary form that has a Secret's bytes as they are.
bool fits_store(bool custom, const json::Object& object);

}  // namespace rotor::apiserver
