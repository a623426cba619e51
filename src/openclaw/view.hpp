// What a pass sees of the cluster.
#pragma once

#include <string>

#include "api/openclaw/instance.hpp"
#include "base/clock.hpp"
#include "kube/runtime/cache.hpp"

namespace rotor::openclaw {

// An object that we own, as text: parsed only in the pass that needs it.
struct LiveObject {
  kube::ObjectMeta metadata;  // without managedFields, which stay in the text
  std::string text;
};
Result<LiveObject> read_live(std::string_view object_json);

// All that is kept of the cluster's Secrets.
struct SecretMark {
  struct Metadata {
    std::string ns, name, resource_version;
    kube::Key key() const { return {ns, name}; }
  } metadata;
  bool ignored = false;  // marked as not to cause restarts
};
Result<SecretMark> read_mark(std::string_view object_json);

using Live = kube::Cache<LiveObject>;
using LivePtr = Live::Ptr;

struct View {
  View(kube::Client& client, Clock& clock, std::string watched_namespace);

  kube::Cache<api::OpenClawInstance> instances;
  Live stateful_sets;
  Live services;
  Live service_accounts;
  kube::Cache<SecretMark> secrets;

  bool ready() const;
};

}  // namespace rotor::openclaw
