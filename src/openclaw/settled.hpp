// What passes found out about an instance as it is written, kept so that the next one, for another reason, does not
// find it out again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "admission/instance_findings.hpp"
#include "openclaw/findings.hpp"
#include "openclaw/managed.hpp"

namespace rotor::openclaw {

// What objects are built of: the user's half of an instance. Equal: everything built of it is equal, too.
struct Written {
  std::string uid;
  std::int64_t generation = 0;
  api::StringMap labels, annotations;

  friend bool operator==(const Written&, const Written&) = default;
};
Written written(const api::OpenClawInstance& instance);

// What the spec alone shows.
struct Examined {
  admission::InstanceFindings findings;
  std::vector<std::string> unbuilt;
};

class Settled {
 public:
  // Forgets what is of an instance that was written otherwise.
  void look_at(const api::OpenClawInstance& instance);
  // The same for what it is built of beside: hands back the surroundings that the next passes go by, `around` itself
  // or equal ones of before.
  SurroundingsPtr look_around(SurroundingsPtr around);
  const SurroundingsPtr& around() const { return around_; }  // null until they were looked at

  // Of the instance as looked at; made by whoever finds it missing.
  std::optional<Examined> examined;
  bool indexed = false;                          // its references are in the index,
  std::set<std::string> config_maps;             // and these are the ConfigMaps among them;
  ConfigMapReferences read_at_start;             // of those, what containers read when they start
  std::optional<std::vector<Finding>> findings;  // of the surroundings, too

  // The object of this row, at this version, is as the row builds it.
  void fits(const ManagedKind& kind, const std::string& resource_version);
  bool fitted(const ManagedKind& kind, const std::string& resource_version) const;

 private:
  std::optional<Written> written_;
  SurroundingsPtr around_;
  std::map<const ManagedKind*, std::string> fits_;
};

}  // namespace rotor::openclaw
