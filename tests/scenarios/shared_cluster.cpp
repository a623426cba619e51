#include "tests/scenarios/shared_cluster.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/generators/generator_state.hpp"
#include "generators/kinds.hpp"
#include "json/document.hpp"

namespace rotor::test {
namespace {

constexpr kube::Resource kPodKind{"", "v1", "pods", "Pod", true};

// What the controllers read and write of themselves, and pods, which tests make beside a world.
std::vector<kube::Resource> usual_kinds() {
  return {kube::kResource<api::es::ClusterExternalSecret>,
          kube::kResource<api::es::ExternalSecret>,
          kube::kResource<api::es::ClusterSecretStore>,
          kube::kResource<api::es::SecretStore>,
          kube::kResource<api::gen::GeneratorState>,
          generators::resource_of({.api_version = {}, .kind = std::string(generators::kClusterGenerator), .name = {}}),
          kube::kResource<api::Secret>,
          kube::kResource<api::ConfigMap>,
          kPodKind};
}

struct Found {
  kube::Key key;
  bool held = false;  // by finalizers
};

// A kind that is not served has no objects.
Task<Result<std::vector<Found>>> objects_of(kube::Client& client, kube::Resource kind, Spared spared) {
  std::vector<Found> found;
  const auto listed = co_await kube::list_all(client, kind, "", {.metadata_only = true}, [&](std::string_view item) {
    const auto object = json::parse(item);
    if (!object) return;
    std::string ns(json::find_string(*object, "metadata.namespace"));
    if (spared.contains(ns)) return;
    found.push_back({{std::move(ns), std::string(json::find_string(*object, "metadata.name"))},
                     json::find(*object, "metadata.finalizers") != nullptr});
  });
  if (!listed && listed.error().code != Code::kNotFound) co_return std::unexpected(listed.error());
  co_return found;
}

// Whoever else takes it away at the same time is welcome.
template <class T>
Result<void> done_or_gone(const Result<T>& result) {
  if (result || result.error().code == Code::kNotFound) return {};
  return std::unexpected(result.error());
}

Task<Result<void>> let_go(kube::Client& client, kube::Resource kind, Found object) {
  if (!object.held) co_return Result<void>();
  co_return done_or_gone(co_await client.patch(kind, object.key, kube::PatchType::kMerge,
                                               SecretBytes(R"({"metadata":{"finalizers":null}})")));
}

Task<Result<void>> take_away(kube::Client& client, kube::Resource kind, Found object) {
  CO_TRY_VOID(co_await let_go(client, kind, object));
  kube::DeleteOptions options;
  if (kind == kPodKind) options.grace_period_seconds = 0;
  co_return done_or_gone(co_await client.remove(kind, object.key, std::move(options)));
}

// The namespace controller would take five seconds and more for what is empty already. One that has nothing to finish
// it never touches: were it only told so after the deletion, it might still be at work when the next world's namespace
// has that name, and empty that one.
Task<Result<void>> end_namespace(kube::Client& client, Found ns) {
  CO_TRY_VOID(co_await let_go(client, kNamespaceKind, ns));
  const auto body = co_await client.get(kNamespaceKind, ns.key);
  if (!body) co_return done_or_gone(body);
  CO_TRY(json::Value object, json::parse(body->reveal()));
  object.as_object()["spec"] = json::Object{{"finalizers", json::Array{}}};
  object.at("metadata").as_object().erase("resourceVersion");
  CO_TRY_VOID(done_or_gone(co_await client.update(kNamespaceKind, ns.key, SecretBytes(json::serialize(object)),
                                                  {.subresource = "finalize"})));
  // The first time it is only said to be going.
  for (int times = 0; times < 2; ++times) {
    CO_TRY_VOID(done_or_gone(co_await client.remove(kNamespaceKind, ns.key)));
  }
  co_return Result<void>();
}

}  // namespace

std::optional<kube::ConnectionConfig> shared_cluster() {
  const char* path = std::getenv("ROTOR_SCENARIOS_KUBECONFIG");
  if (path == nullptr || *path == '\0') return std::nullopt;
  auto connection = kube::find_connection(std::string(path));
  if (!connection) throw std::runtime_error("ROTOR_SCENARIOS_KUBECONFIG: " + connection.error().message);
  return *std::move(connection);
}

Task<Result<Spared>> look_around(kube::Client& client) {
  Spared spared;
  CO_TRY(const std::vector<Found> namespaces, co_await objects_of(client, kNamespaceKind, {}));
  for (const Found& ns : namespaces) {
    if (ns.key.name != "default") spared.insert(ns.key.name);
  }
  for (const kube::Resource& kind : usual_kinds()) {
    // Of the API's own kinds no controller of ours takes notice in other namespaces.
    CO_TRY(const std::vector<Found> there, co_await objects_of(client, kind, kind.group.empty() ? spared : Spared{}));
    if (there.empty()) continue;
    co_return fail(Code::kInvalid,
                   fmt::format("the cluster of ROTOR_SCENARIOS_KUBECONFIG has a {} {} already: scenarios need one that "
                               "is empty, since they take everything away that they find",
                               kind.kind, there.front().key.text()));
  }
  co_return spared;
}

Task<Result<bool>> clear_cluster(kube::Client& client, Spared spared, std::vector<kube::Resource> kinds) {
  for (const kube::Resource& kind : usual_kinds()) {
    if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
  }
  kinds.push_back(kEventKind);  // the last, since deletions make some
  for (const kube::Resource& kind : kinds) {
    CO_TRY(const std::vector<Found> objects, co_await objects_of(client, kind, spared));
    for (const Found& object : objects) CO_TRY_VOID(co_await take_away(client, kind, object));
  }
  CO_TRY(const std::vector<Found> namespaces, co_await objects_of(client, kNamespaceKind, {}));
  for (const Found& ns : namespaces) {
    if (ns.key.name != "default" && !spared.contains(ns.key.name)) CO_TRY_VOID(co_await end_namespace(client, ns));
  }
  co_return true;
}

Task<Result<bool>> takes_objects(kube::Client& client, std::string ns) {
  constexpr std::string_view kProbe = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"probe"}})";
  CO_TRY_VOID(
      co_await client.create(kube::kResource<api::ConfigMap>, std::move(ns), SecretBytes(kProbe), {.dry_run = true}));
  co_return true;
}

void skip_on_shared_cluster(std::string_view what) {
  const std::string why = fmt::format("on a real API server there is no {}", what);
  [&] { GTEST_SKIP() << why; }();
  throw testing::AssertionException({testing::TestPartResult::kSkip, __FILE__, __LINE__, why.c_str()});
}

}  // namespace rotor::test
