// ExternalSecret as external-secrets.io/v1beta1 has it. Only its schema differs from v1 (defaults that v1 leaves out,
// fields that came later): the API server needs it, the controllers read v1 alone.
#pragma once

#include "api/externalsecrets/external_secret.hpp"

namespace rotor::api::es::v1beta1 {

struct RemoteRef : es::RemoteRef {};
struct Find : es::Find {};
struct Rewrite : es::Rewrite {};
struct GeneratorRef : es::GeneratorRef {};

struct SourceRef {
  std::optional<StoreRef> store_ref;
  std::optional<GeneratorRef> generator_ref;
};
struct Data {
  std::string secret_key;
  RemoteRef remote_ref;
  std::optional<SourceRef> source_ref;
};
struct DataFrom {
  std::optional<RemoteRef> extract;
  std::optional<Find> find;
  std::vector<Rewrite> rewrite;
  std::optional<SourceRef> source_ref;
};
struct Target {
  std::string name;
  std::string creation_policy;
  std::string deletion_policy;
  std::optional<Template> tmpl;
  bool immutable = false;
};
struct ExternalSecretSpec {
  std::optional<StoreRef> secret_store_ref;
  Target target;
  std::string refresh_policy;
  std::optional<std::string> refresh_interval;
  std::vector<Data> data;
  std::vector<DataFrom> data_from;
};
struct ExternalSecret {
  std::string api_version = "external-secrets.io/v1beta1";
  std::string kind = "ExternalSecret";
  kube::ObjectMeta metadata;
  ExternalSecretSpec spec;
  ExternalSecretStatus status;
};

}  // namespace rotor::api::es::v1beta1

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::es::v1beta1::ExternalSecret> = {api::es::kGroup, "v1beta1", "externalsecrets",
                                                                         "ExternalSecret", true};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::es::v1beta1::RemoteRef);
ROTOR_DESCRIBED(api::es::v1beta1::Find);
ROTOR_DESCRIBED(api::es::v1beta1::Rewrite);
ROTOR_DESCRIBED(api::es::v1beta1::GeneratorRef);
ROTOR_DESCRIBED(api::es::v1beta1::SourceRef);
ROTOR_DESCRIBED(api::es::v1beta1::Data);
ROTOR_DESCRIBED(api::es::v1beta1::DataFrom);
ROTOR_DESCRIBED(api::es::v1beta1::Target);
ROTOR_DESCRIBED(api::es::v1beta1::ExternalSecretSpec);
ROTOR_DESCRIBED(api::es::v1beta1::ExternalSecret);
}  // namespace rotor::json
