// The pods of an instance that take values while they run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "openclaw/view.hpp"

namespace rotor::openclaw {

// Those of the newest template: others are on their way out.
std::vector<kube::Cache<PodGlimpse>::Ptr> pods_of_revision(const View& view, const kube::Key& instance,
                                                           std::string_view newest);

// Was one of them told of values that it has not been seen to work with? It may have loaded them, whatever the Secrets
// hold by now. `delivered`: the digest of the last mark that was answered well.
bool delivery_is_open(const std::vector<kube::Cache<PodGlimpse>::Ptr>& pods, const std::string& delivered);

}  // namespace rotor::openclaw
