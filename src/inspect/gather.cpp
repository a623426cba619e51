#include "inspect/gather.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/pod.hpp"
#include "api/core/secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/openclaw/instance.hpp"
#include "inspect/installations.hpp"
#include "inspect/object.hpp"
#include "kube/client/paths.hpp"

namespace rotor::inspect {
namespace {

using Take = std::function<Result<void>(std::string_view)>;

template <class T, class Made>
Result<void> keep(std::vector<T>& into, Result<Made> made) {
  if (!made) return std::unexpected(std::move(made).error());
  into.push_back(*std::move(made));
  return {};
}

bool is_about_us(const kube::Event& event) {
  const auto kind = kind_called(event.involved_object.kind);
  return kind.has_value() || event.involved_object.kind == "StatefulSet";
}

struct Listing {
  kube::Resource resource;
  Take take;
  bool metadata_only = false;
};

// One after the other: a person waits, and the server has others to serve.
std::vector<Listing> listings(Cluster& out) {
  return {
      {kube::kResource<api::es::SecretStore>,
       [&out](std::string_view json) { return keep(out.stores, read_store(json, false)); }},
      {kube::kResource<api::es::ClusterSecretStore>,
       [&out](std::string_view json) { return keep(out.stores, read_store(json, true)); }},
      {kube::kResource<api::es::ExternalSecret>,
       [&out](std::string_view json) { return keep(out.external_secrets, json::read<api::es::ExternalSecret>(json)); }},
      {kube::kResource<api::es::ClusterExternalSecret>,
       [&out](std::string_view json) {
         return keep(out.cluster_external_secrets, json::read<api::es::ClusterExternalSecret>(json));
       }},
      {kube::kResource<api::Secret>,
       [&out](std::string_view json) -> Result<void> {
         TRY(auto secret, json::read<kube::PartialObject>(json));
         secret.metadata.managed_fields.clear();
         out.secrets.push_back(std::move(secret.metadata));
         return {};
       },
       true},
      {kube::kResource<api::OpenClawInstance>,
       [&out](std::string_view json) { return keep(out.instances, read_instance(json)); }},
      {kube::kResource<api::StatefulSet>,
       [&out](std::string_view json) { return keep(out.workloads, read_workload(json)); }},
      {kube::kResource<api::Pod>, [&out](std::string_view json) { return keep(out.pods, read_pod(json)); }},
      {kube::kResource<kube::Event>,
       [&out](std::string_view json) -> Result<void> {
         TRY(auto event, json::read<kube::Event>(json));
         if (is_about_us(event)) out.events.push_back(std::move(event));
         return {};
       }},
  };
}

bool is_fatal(Code code) { return code != Code::kDenied && code != Code::kNotFound; }

// A kind that is not served has no objects. One that may not be listed may have any.
void note_failure(const kube::Resource& resource, const Error& error, Cluster& out) {
  if (error.code == Code::kNotFound) return;
  out.blind.emplace(resource.kind);
  auto& where = resource.kind == kube::kResource<kube::Event>.kind ? out.notes : out.unread;
  where.push_back(fmt::format("{}: {}", kube::group_resource(resource), error.message));
}

// As long as one of the two is served, the other may have been left out on purpose.
void note_unserved(const std::set<std::string, std::less<>>& unserved, Cluster& out) {
  if (unserved.empty()) return;
  const bool none = unserved.contains(kube::group_resource(kube::kResource<api::es::ExternalSecret>)) &&
                    unserved.contains(kube::group_resource(kube::kResource<api::OpenClawInstance>));
  (none ? out.unread : out.notes)
      .push_back(
          fmt::format("the API server does not serve {}: their CustomResourceDefinitions are not there; the chart "
                      "brings them, unless installCRDs=false; or kubectl apply --server-side -f deploy/crds",
                      fmt::join(unserved, ", ")));
}

// Beside one namespace those of the cluster count that have to do with it.
bool concerns(const api::es::ClusterExternalSecret& ces, const std::string& ns) {
  return std::ranges::find(ces.status.provisioned_namespaces, ns) != ces.status.provisioned_namespaces.end() ||
         std::ranges::find(ces.status.failed_namespaces, ns, &api::es::FailedNamespace::ns) !=
             ces.status.failed_namespaces.end();
}

}  // namespace

Task<Result<Cluster>> gather(kube::Client& client, const Clock& clock, std::string ns) {
  Cluster out;
  const std::vector<Listing> all = listings(out);
  std::set<std::string, std::less<>> unserved;
  for (const Listing& listing : all) {
    int broken = 0;
    const std::string where = listing.resource.namespaced ? ns : "";
    auto listed = co_await kube::list_all(client, listing.resource, where, {.metadata_only = listing.metadata_only},
                                          [&listing, &broken](std::string_view json) {
                                            if (!listing.take(json)) ++broken;
                                          });
    if (!listed && is_fatal(listed.error().code)) co_return std::unexpected(std::move(listed).error());
    if (!listed) note_failure(listing.resource, listed.error(), out);
    if (!listed && listed.error().code == Code::kNotFound) unserved.insert(kube::group_resource(listing.resource));
    if (broken > 0) {
      out.unread.push_back(
          fmt::format("{}: {} that cannot be read as what they are", kube::group_resource(listing.resource), broken));
    }
  }
  if (!ns.empty()) {
    std::erase_if(out.cluster_external_secrets, [&ns](const auto& ces) { return !concerns(ces, ns); });
  }
  const bool sees_nothing = out.blind.contains("ExternalSecret") && out.blind.contains("OpenClawInstance");
  if (sees_nothing) {
    co_return fail(Code::kDenied,
                   fmt::format("{}{}", out.unread.front(), ns.empty() ? "; with -n NAMESPACE less is asked for" : ""));
  }
  note_unserved(unserved, out);
  CO_TRY(out.leases, co_await read_installations(client));
  out.now = clock.now();
  co_return std::move(out);
}

}  // namespace rotor::inspect
