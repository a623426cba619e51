// The objects of an instance, one row a kind: what is watched, applied, left alone, pruned and reported goes by it.
// A row stands in the file of its builder; managed_kinds.cpp lists them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::openclaw {

// What of the cluster goes into an instance's objects beyond the instance itself, gathered before any is built.
struct Surroundings {
  // The ConfigMaps that the spec takes its configuration and its workspace from, by name; null: not there.
  std::map<std::string, std::shared_ptr<const api::StringMap>, std::less<>> config_maps{};
  SecretBytes token{};  // of the gateway; empty: there is none, or it is not to be written into the configuration

  // One value of a ConfigMap; null when it, or the key, is not there.
  const std::string* text(std::string_view config_map, std::string_view key) const;

  // A ConfigMap that was read anew counts as another one.
  friend bool operator==(const Surroundings&, const Surroundings&) = default;
};

using SurroundingsPtr = std::shared_ptr<const Surroundings>;

// Who fills a place among an instance's objects.
enum class Place : std::uint8_t {
  kOurs,   // an object that we make
  kUsers,  // one that the user brings: named in the status, otherwise left alone
  kEmpty,  // none
};

// What becomes of an object of ours whose place is empty.
enum class Unwanted : std::uint8_t { kStays, kGoes };

struct ManagedKind {
  kube::Resource resource;
  const json::Type& (*description)();                 // of the document: by which keys its lists are compared
  std::string_view status_key;                        // in status.managedResources
  std::string (*name)(const api::OpenClawInstance&);  // ours or the user's
  Place (*place)(const api::OpenClawInstance&);
  Unwanted unwanted = Unwanted::kStays;

  // One of the two. Neither: WorkloadPass writes it, because Secrets decide when it may change.
  std::string (*build)(const api::OpenClawInstance&, const Surroundings&) = nullptr;  // kept as this says
  SecretBytes (*make)(const api::OpenClawInstance&) = nullptr;  // made like this when there is none of that name, and
                                                                // never written again: tokens, claims

  // True as long as the instance has what it wants; an object that goes takes its condition along.
  struct Condition {
    std::string_view type, reason, message;
  } condition{};
  // What is told when `make` was used: `Created <called> "name"`.
  struct Event {
    std::string_view reason, called;
  } made{};
  // When the API server does not let us write it: what its condition is then, and the way out of giving more than we
  // may.
  struct Denied {
    std::string_view type, reason, way_out;
  } denied{};
};

using ManagedKinds = std::span<const ManagedKind>;

// In the order they are gone through.
ManagedKinds managed_kinds();

// For rows: an object that every instance has, under the instance's own name.
Place always_ours(const api::OpenClawInstance& instance);
std::string instance_name(const api::OpenClawInstance& instance);

}  // namespace rotor::openclaw
