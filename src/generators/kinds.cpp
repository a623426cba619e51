#include "generators/kinds.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "generators/local.hpp"
#include "generators/vault.hpp"
#include "generators/webhook.hpp"

namespace rotor::generators {
namespace {

constexpr Kind kKinds[] = {
    {.name = "ACRAccessToken", .plural = "acraccesstokens", .member = "acrAccessTokenSpec"},
    {.name = "BeyondtrustWorkloadCredentialsDynamicSecret",
     .plural = "beyondtrustworkloadcredentialsdynamicsecrets",
     .member = "beyondtrustWorkloadCredentialsDynamicSecretSpec"},
    {.name = "CloudsmithAccessToken", .plural = "cloudsmithaccesstokens", .member = "cloudsmithAccessTokenSpec"},
    {.name = "ECRAuthorizationToken", .plural = "ecrauthorizationtokens", .member = "ecrAuthorizationTokenSpec"},
    {.name = "Fake", .plural = "fakes", .member = "fakeSpec", .make = make_fake},
    {.name = "GCRAccessToken", .plural = "gcraccesstokens", .member = "gcrAccessTokenSpec"},
    {.name = "GithubAccessToken", .plural = "githubaccesstokens", .member = "githubAccessTokenSpec"},
    {.name = "GitlabDeployToken", .plural = "gitlabdeploytokens", .member = "gitlabDeployTokenSpec"},
    {.name = "Grafana", .plural = "grafanas", .member = "grafanaSpec"},
    {.name = "MFA", .plural = "mfas", .member = "mfaSpec"},
    {.name = "Password",
     .plural = "passwords",
     .member = "passwordSpec",
     .make = make_password,
     .remark = remark_on_password},
    {.name = "QuayAccessToken", .plural = "quayaccesstokens", .member = "quayAccessTokenSpec"},
    {.name = "SSHKey",
     .plural = "sshkeys",
     .member = "sshKeySpec",
     .make_slowly = make_ssh_key,
     .remark = remark_on_ssh_key},
    {.name = "STSSessionToken", .plural = "stssessiontokens", .member = "stsSessionTokenSpec"},
    {.name = "UUID", .plural = "uuids", .member = "uuidSpec", .make = make_uuid},
    {.name = "VaultDynamicSecret",
     .plural = "vaultdynamicsecrets",
     .member = "vaultDynamicSecretSpec",
     .connect = make_vault},
    {.name = "Webhook", .plural = "webhooks", .member = "webhookSpec", .connect = make_webhook},
};

struct GroupVersion {
  std::string_view group, version;
};

// As Kubernetes reads apiVersion: `v1` is of the core group, and there is at most one slash.
std::optional<GroupVersion> group_version(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return GroupVersion{"", text};
  if (text.find('/', slash + 1) != std::string_view::npos) return std::nullopt;
  return GroupVersion{text.substr(0, slash), text.substr(slash + 1)};
}

std::unexpected<Error> not_built(std::string_view kind) {
  return fail(Code::kInvalid, fmt::format("the generator {} is not built yet; these are: {}", kind, built_kinds()));
}

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalid, "invalid ClusterGenerator: " + std::move(message));
}

}  // namespace

std::span<const Kind> kinds() { return kKinds; }

const Kind* find_kind(std::string_view name) {
  const auto it = std::ranges::find(kKinds, name, &Kind::name);
  return it == std::end(kKinds) ? nullptr : it;
}

std::string built_kinds() {
  std::string out;
  for (const Kind& kind : kKinds) {
    if (kind.built()) out += fmt::format("{}{}", out.empty() ? "" : ", ", kind.name);
  }
  return out;
}

Result<void> check_reference(const api::es::GeneratorRef& ref) {
  const std::string_view written = ref.api_version.empty() ? api::gen::kApiVersion : ref.api_version;
  const auto at = group_version(written);
  if (!at) {
    return fail(Code::kInvalid,
                fmt::format("generatorRef has invalid APIVersion: \"{}\"; write {}", written, api::gen::kApiVersion));
  }
  if (at->group != api::gen::kGroup) {
    return fail(Code::kInvalid, fmt::format("generatorRef may only reference the generators group, but got {}; write "
                                            "apiVersion: {}",
                                            at->group.empty() ? "the core group" : at->group, api::gen::kApiVersion));
  }
  const Kind* kind = find_kind(ref.kind);
  if (at->version != api::gen::kVersion || (kind == nullptr && ref.kind != kClusterGenerator)) {
    return fail(Code::kInvalid,
                fmt::format("generatorRef references unknown GVK {}, Kind={}; write apiVersion: {} and "
                            "one of the kinds {}, {}",
                            written, ref.kind, api::gen::kApiVersion, built_kinds(), kClusterGenerator));
  }
  if (kind != nullptr && !kind->built()) return not_built(ref.kind);
  return {};
}

kube::Resource resource_of(const api::es::GeneratorRef& ref) {
  if (const Kind* kind = find_kind(ref.kind)) {
    return {api::gen::kGroup, api::gen::kVersion, kind->plural, kind->name, true};
  }
  return {api::gen::kGroup, api::gen::kVersion, "clustergenerators", kClusterGenerator, false};
}

Result<StandsFor> stands_for(const api::gen::ClusterGeneratorSpec& spec) {
  const Kind* kind = find_kind(spec.kind);
  if (kind == nullptr) return wrong(fmt::format("unknown kind {}; spec.kind is one of {}", spec.kind, built_kinds()));
  const auto member = spec.generator.find(kind->member);
  if (member == spec.generator.end() || member->second.text == "null") {
    return wrong(
        fmt::format("when kind is {0}, {0}Spec must be set: write spec.generator.{1}", kind->name, kind->member));
  }
  if (!kind->built()) return not_built(kind->name);
  return StandsFor{kind->name, member->second};
}

}  // namespace rotor::generators
