// Generators that are kept as they are written and not run yet, so that manifests with them can be applied.
#pragma once

#include <optional>

#include "json/describe.hpp"

namespace rotor::api::gen {

struct StoredSpec {};

// One of them has a rule of its own.
struct GitlabDeployTokenSpec {
  std::optional<json::Raw> project_id;
  std::optional<json::Raw> group_id;
};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::StoredSpec);
ROTOR_DESCRIBED(api::gen::GitlabDeployTokenSpec);
}  // namespace rotor::json
