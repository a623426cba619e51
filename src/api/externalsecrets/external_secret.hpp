// ExternalSecret (external-secrets.io/v1): values of a store that become a Kubernetes Secret.
// https://external-secrets.io/latest/api/externalsecret/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "api/externalsecrets/template.hpp"
#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api::es {

struct ManifestRef {
  std::string api_version;
  std::string kind;
};

struct Target {
  std::string name;
  std::string creation_policy;   // Owner (also when empty), Orphan, Merge, None, CreateOrMerge
  std::string deletion_policy;   // Retain (also when empty), Delete, Merge
  std::optional<Template> tmpl;  // "template" on the wire
  std::optional<ManifestRef> manifest;
  bool immutable = false;
};

struct SourceRef {
  std::optional<StoreRef> store_ref;
  std::optional<GeneratorRef> generator_ref;
};

struct Data {
  std::string secret_key;
  RemoteRef remote_ref;
  std::optional<SourceRef> source_ref;
};

struct RewriteRegexp {
  std::string source;
  std::string target;
};
struct RewriteTransform {
  std::string tmpl;  // "template" on the wire
};
struct RewriteMerge {
  std::string into;
  std::vector<std::string> priority;
  std::string priority_policy;  // Strict (also when empty), IgnoreNotFound
  std::string conflict_policy;  // Error (also when empty), Ignore
  std::string strategy;         // Extract (also when empty), JSON
};
struct Rewrite {
  std::optional<RewriteRegexp> regexp;
  std::optional<RewriteTransform> transform;
  std::optional<RewriteMerge> merge;
};

struct DataFrom {
  std::optional<RemoteRef> extract;
  std::optional<Find> find;
  std::vector<Rewrite> rewrite;
  std::optional<SourceRef> source_ref;
};

struct SyncWindow {
  std::string schedule;
  std::string duration;
};
struct SyncWindows {
  std::string kind;  // allow, deny
  std::vector<SyncWindow> windows;
};

struct ExternalSecretSpec {
  std::optional<StoreRef> secret_store_ref;
  Target target;
  std::string refresh_policy;                   // Periodic (also when empty), OnChange, CreatedOnce
  std::optional<std::string> refresh_interval;  // duration text; 1h when absent
  std::optional<SyncWindows> sync_windows;
  std::vector<Data> data;
  std::vector<DataFrom> data_from;
};

struct Binding {
  std::string name;
  friend bool operator==(const Binding&, const Binding&) = default;
};

struct ExternalSecretStatus {
  std::string refresh_time;  // RFC 3339; empty before the first success
  std::string synced_resource_version;
  std::vector<kube::Condition> conditions;
  std::optional<Binding> binding;
  std::string inputs_digest;  // Rotor's own: of what a Secret with random parts was made of; empty for any other
  friend bool operator==(const ExternalSecretStatus&, const ExternalSecretStatus&) = default;
};

struct ExternalSecret {
  std::string api_version = "external-secrets.io/v1";
  std::string kind = "ExternalSecret";
  kube::ObjectMeta metadata;
  ExternalSecretSpec spec;
  ExternalSecretStatus status;

  const std::string& target_name() const { return spec.target.name.empty() ? metadata.name : spec.target.name; }
};

}  // namespace rotor::api::es

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::es::ExternalSecret> = {api::es::kGroup, "v1", "externalsecrets",
                                                                "ExternalSecret", true};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::es::ManifestRef);
ROTOR_DESCRIBED(api::es::Target);
ROTOR_DESCRIBED(api::es::SourceRef);
ROTOR_DESCRIBED(api::es::Data);
ROTOR_DESCRIBED(api::es::RewriteRegexp);
ROTOR_DESCRIBED(api::es::RewriteTransform);
ROTOR_DESCRIBED(api::es::RewriteMerge);
ROTOR_DESCRIBED(api::es::Rewrite);
ROTOR_DESCRIBED(api::es::DataFrom);
ROTOR_DESCRIBED(api::es::SyncWindow);
ROTOR_DESCRIBED(api::es::SyncWindows);
ROTOR_DESCRIBED(api::es::ExternalSecretSpec);
ROTOR_DESCRIBED(api::es::Binding);
ROTOR_DESCRIBED(api::es::ExternalSecretStatus);
ROTOR_DESCRIBED(api::es::ExternalSecret);
}  // namespace rotor::json
