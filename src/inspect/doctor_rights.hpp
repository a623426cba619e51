// The rights that Rotor's features need, and the questions to an API server whether somebody has them. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/doctor.hpp"
#include "kube/object/object.hpp"

namespace rotor::inspect {

struct Right {
  std::string_view group;
  std::string_view resource;  // "secretstores/status" too
  std::string_view verb;
  std::string_view name{};  // the one object that it is about; empty: all
  bool own = false;         // asked for in Rotor's own namespace alone
  friend auto operator<=>(const Right&, const Right&) = default;
};

// "secrets", "cluster", "openclaw", "webhook", "leader", "metrics-auth": what can be switched on and off; and, behind a
// slash, parts of them.
std::span<const std::string_view> doctor_features();
// Of these features, and of their parts, each right once. deploy/rbac.yaml is written from the same list.
std::vector<Right> rights_of(const std::vector<std::string>& features);

// Whose rights are asked for: of who asks, or of a ServiceAccount.
struct RightsOf {
  std::optional<kube::Key> account{};
  std::string ns{};     // where; empty: everywhere
  std::string lease{};  // the name of Rotor's Lease; empty: the usual one
};

std::string review_of(const Right& right, const RightsOf& whose);
// Does the API server say yes?
bool is_allowed(const json::Value& review);
// Of one resource in one line.
Diagnoses missing_rights(const std::vector<Right>& missing, const RightsOf& whose);

}  // namespace rotor::inspect
