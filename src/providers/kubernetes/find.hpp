// dataFrom.find: all Secrets of a namespace with these labels, or of these names.
#pragma once

#include <string>

#include "kube/client/client.hpp"
#include "providers/client.hpp"
#include "providers/services.hpp"

namespace rotor::providers::kubernetes {

// `a=1,b=2` for a list call; empty matches everything. kInvalid names the tag that can be no label.
Result<std::string> label_selector(const kube::StringMap& tags);

// The name of each Secret → its data as JSON. Tags win over a name; a path alone is refused.
Task<Lookup<SecretMap>> find_secrets(kube::Client& client, CallCounter& calls, std::string ns, FindRequest find);

}  // namespace rotor::providers::kubernetes
