// What an instance and its surroundings show before anything is built: what is missing, what cannot be used, what the
// program will not like. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kube/object/object.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/secret_references.hpp"

namespace rotor::openclaw {

struct Finding {
  std::string condition;  // its type; empty: an event alone
  std::string status, reason, message;
  std::string event;     // reason of a Warning event; empty: none
  bool stops = false;    // nothing is made or changed until it is mended
  bool of_text = false;  // one that stops for what the configuration says: nothing is lost where no pod has another one
};

// `references`: the ConfigMaps of others that its containers read when they start.
std::vector<Finding> look_over(const api::OpenClawInstance& instance, const Surroundings& around,
                               const ConfigMapReferences& references = {});

// Stops the pass; its condition is False.
Finding obstacle(std::string_view condition, std::string_view reason, std::string message);

// The first one that stops the pass; null when none does.
const Finding* stopping(std::span<const Finding> findings);

// As conditions; those of earlier findings that hold no longer go. What `before` has with the same status is as old as
// there.
void set_findings(std::vector<kube::Condition>& conditions, std::span<const Finding> findings,
                  const std::vector<kube::Condition>& before, std::int64_t generation, WallTime now);

}  // namespace rotor::openclaw
