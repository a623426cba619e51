// May these credentials read Secrets of a namespace? Asked of the API server itself, without reading one.
#pragma once

#include <string>

#include "base/task.hpp"
#include "kube/client/client.hpp"

namespace rotor::providers::kubernetes {

Task<Result<bool>> may_read_secrets(kube::Client& client, std::string ns);

}  // namespace rotor::providers::kubernetes
