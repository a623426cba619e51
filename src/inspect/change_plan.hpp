// What applying manifests would change: decided from what they would make and what a cluster holds. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/externalsecrets/external_secret.hpp"
#include "inspect/cluster.hpp"
#include "inspect/object.hpp"

namespace rotor::inspect {

// An ExternalSecret of the manifests, complete with the schema's defaults.
struct Proposal {
  struct Content {
    std::string hash{};  // as the mark on a Secret says it
    std::vector<std::string> keys{};
  };
  std::string origin{};  // file:line
  api::es::ExternalSecret es{};
  std::optional<std::string> refusal{};  // what admission says
  std::optional<Content> content{};      // nullopt: what it would hold is not known, see `unknown`
  std::string unknown{};
};

// From nothing to most.
enum class Effect : std::uint8_t { kNone, kMayChange, kChanges, kNew, kGoes, kRestarts, kRefused };
std::string_view effect_name(Effect effect);

struct Change {
  Id id{};
  Effect effect = Effect::kNone;
  std::string says{};
  friend bool operator==(const Change&, const Change&) = default;
};

// Each ExternalSecret, its Secret, and the instances that use it, in the order of the manifests. An empty cluster:
// everything is new.
std::vector<Change> plan_changes(const std::vector<Proposal>& proposals, const Cluster& cluster);

// Where its values come from: "user from shop-database (property user), all of shop-mail".
std::string sources_of(const api::es::ExternalSecret& es);

}  // namespace rotor::inspect
