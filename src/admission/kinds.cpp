#include "admission/kinds.hpp"

#include <algorithm>

#include "admission/external_secret.hpp"
#include "admission/openclaw_instance.hpp"
#include "admission/store.hpp"
#include "api/openclaw/instance.hpp"
#include "providers/gate.hpp"

namespace rotor::admission {
namespace {

using api::es::ClusterSecretStore;
using api::es::ExternalSecret;
using api::es::SecretStore;
using providers::ProviderRegistry;

Verdict judge_object(const ExternalSecret& es, const ProviderRegistry&) { return judge_external_secret(es); }
Verdict judge_object(const SecretStore& store, const ProviderRegistry& registry) {
  return judge_store({providers::kSecretStoreKind, store.metadata, store.spec}, registry);
}
Verdict judge_object(const ClusterSecretStore& store, const ProviderRegistry& registry) {
  return judge_store({providers::kClusterSecretStoreKind, store.metadata, store.spec}, registry);
}

// What was stored before anybody judged it keeps its spec: otherwise nobody could take its finalizer off, and it could
// never be deleted.
template <class T>
bool keeps_its_spec(const T& object, std::string_view old_text) {
  if (old_text.empty()) return false;
  const auto old = json::read<T>(old_text);
  return old && json::write(old->spec) == json::write(object.spec);
}

Verdict only_warned(Verdict verdict) {
  for (std::string& violation : verdict.violations) {
    verdict.warnings.push_back("stored before it was checked, and refused at its next change: " + violation);
  }
  verdict.violations.clear();
  return verdict;
}

template <class T>
Verdict judge_text(const Change& change, const ProviderRegistry& registry) {
  const auto object = json::read<T>(change.object);
  if (!object) {
    return {.violations = {fmt::format("the {} cannot be read: {}", kube::kResource<T>.kind, object.error().message)}};
  }
  Verdict verdict = judge_object(*object, registry);
  return !verdict.allowed() && keeps_its_spec(*object, change.old) ? only_warned(std::move(verdict)) : verdict;
}

constexpr JudgedKind kKinds[] = {
    {api::es::kGroup, "ExternalSecret", "validate.externalsecret.external-secrets.io",
     "/validate-external-secrets-io-v1-externalsecret", judge_text<ExternalSecret>},
    {api::es::kGroup, "SecretStore", "validate.secretstore.external-secrets.io",
     "/validate-external-secrets-io-v1-secretstore", judge_text<SecretStore>},
    {api::es::kGroup, "ClusterSecretStore", "validate.clustersecretstore.external-secrets.io",
     "/validate-external-secrets-io-v1-clustersecretstore", judge_text<ClusterSecretStore>},
    {kube::kResource<api::OpenClawInstance>.group, "OpenClawInstance", "validate.openclawinstance.openclaw.rocks",
     "/validate-openclaw-rocks-v1alpha1-openclawinstance", judge_openclaw_instance,
     "/mutate-openclaw-rocks-v1alpha1-openclawinstance", openclaw_instance_with_defaults},
};

const JudgedKind* row_or_null(std::span<const JudgedKind>::iterator row) {
  return row == judged_kinds().end() ? nullptr : &*row;
}

}  // namespace

std::span<const JudgedKind> judged_kinds() { return kKinds; }

const JudgedKind* judged_kind(std::string_view group, std::string_view kind) {
  return row_or_null(std::ranges::find_if(
      judged_kinds(), [&](const JudgedKind& row) { return row.group == group && row.kind == kind; }));
}

const JudgedKind* judged_at(std::string_view path) {
  return row_or_null(std::ranges::find(judged_kinds(), path, &JudgedKind::path));
}

const JudgedKind* defaulted_at(std::string_view path) {
  return path.empty() ? nullptr : row_or_null(std::ranges::find(judged_kinds(), path, &JudgedKind::defaults_path));
}

}  // namespace rotor::admission
