// What a pass sees of the cluster.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/packed_text.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/watches.hpp"
#include "openclaw/kept_instances.hpp"
#include "openclaw/last_good/pod_glimpse.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/proof/proof_mark.hpp"

namespace rotor::openclaw {

// An object that we own, as text: parsed only in the pass that needs it.
struct LiveObject {
  kube::ObjectMeta metadata;  // without managedFields, which stay in the text
  PackedText text;
  bool partial = false;  // of an instance that another replica works on

  bool reduced() const { return partial; }
};
Result<LiveObject> read_live(std::string_view object_json);
// What is kept of one whose instance another replica works on: who it is, and of a StatefulSet how far its restart is,
// since limits count that.
LiveObject reduce(const kube::Resource& resource, const LiveObject& whole);
Result<LiveObject> read_reduced(const kube::Resource& resource, std::string_view object_json);

// Who controls an object: an owner reference with `controller: true`; null when nobody does.
const kube::OwnerReference* controller_of(const LiveObject& object);

// All that is kept of the cluster's Secrets.
struct SecretMark {
  struct Metadata {
    std::string ns, name, resource_version;
    kube::Key key() const { return {ns, name}; }
  } metadata;
  bool ignored = false;  // marked as not to cause restarts
};
Result<SecretMark> read_mark(std::string_view object_json);

// And of ConfigMaps that are not ours.
struct ConfigMapMark {
  SecretMark::Metadata metadata;
};
Result<ConfigMapMark> read_config_map_mark(std::string_view object_json);

using Live = kube::Cache<LiveObject>;
using LivePtr = Live::Ptr;

struct View {
  // `is_whole`: division.hpp.
  View(kube::Client& client, Clock& clock, kube::Namespaces watched, ManagedKinds kinds = managed_kinds(),
       KeptWhole is_whole = {});

  KeptInstances instances;
  kube::Cache<SecretMark> secrets;  // every one, as a mark
  kube::Cache<ConfigMapMark> config_maps;
  kube::Cache<ProofMark> proofs;  // the Jobs that try new values
  kube::Cache<PodGlimpse> pods;   // of instances: how their programs ended
  // What carries our label, one cache a kind of the table. No Secret is among them: of those only marks are kept.
  struct Owned {
    kube::Resource resource;
    kube::ListOptions options;
    Live::Decoder read_whole;
    std::unique_ptr<Live> cache;
  };
  std::vector<Owned> owned;

  Owned& owned_of(const kube::Resource& resource);
  Live& live(const kube::Resource& resource);  // of a kind of the table that is no Secret
  // Keeps what the API server answered to a write or a read of a kind of the table. Null for a Secret.
  Result<LivePtr> remember(const kube::Resource& resource, const SecretBytes& answer);
  kube::Watches watches;  // all of these
};

}  // namespace rotor::openclaw
