#include "inspect/doctor_look.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "api/crds.hpp"
#include "api/externalsecrets/external_secret_v1beta1.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/generators/generator.hpp"
#include "api/openclaw/instance.hpp"
#include "generators/kinds.hpp"
#include "inspect/at_work.hpp"
#include "inspect/installations.hpp"
#include "kube/client/paths.hpp"

namespace rotor::inspect {
namespace {

constexpr kube::Resource kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                               false};
constexpr kube::Resource kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
constexpr kube::Resource kDeployments{"apps", "v1", "deployments", "Deployment", true};
constexpr kube::Resource kWebhooks{"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations",
                                   "ValidatingWebhookConfiguration", false};
constexpr kube::Resource kSelfReviews{"authorization.k8s.io", "v1", "selfsubjectaccessreviews",
                                      "SelfSubjectAccessReview", false};
constexpr kube::Resource kReviews{"authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false};
constexpr Right kEverything{"*", "*", "*"};
constexpr int kCrdsAtOnce = 20;  // the stores' are half a megabyte each

using Crds = std::map<std::string, json::Value, std::less<>>;  // by name

Crds own_crds() {
  Crds out;
  for (const std::string& text : api::crds()) {
    auto crd = json::parse(text);
    if (!crd) continue;
    std::string name(json::find_string(*crd, "metadata.name"));
    out.emplace(std::move(name), *std::move(crd));
  }
  return out;
}

bool is_our_group(std::string_view group) {
  return group == "external-secrets.io" || group == "generators.external-secrets.io" || group == "openclaw.rocks";
}

// One that another may stand in for: objects can be read by any version that is served.
struct Examination {
  std::vector<kube::Resource> versions;
  std::function<Diagnoses(const json::Value&)> examine;
};

std::vector<Examination> examinations(const DoctorOptions& options) {
  const auto store = [providers = options.providers](const json::Value& object) {
    return examine_store(object, providers);
  };
  using kube::kResource;
  namespace es = api::es;
  return {
      {{kDeployments}, examine_deployment},
      {{kWebhooks}, examine_webhook_configuration},
      {{kResource<es::SecretStore>, kResource<es::v1beta1::SecretStore>}, store},
      {{kResource<es::ClusterSecretStore>, kResource<es::v1beta1::ClusterSecretStore>}, store},
      {{kResource<es::ExternalSecret>, kResource<es::v1beta1::ExternalSecret>}, examine_external_secret},
      {{kResource<api::OpenClawInstance>}, examine_instance},
  };
}

// A kind of which Rotor knows nothing, by its CRD.
struct UnknownKind {
  json::Value crd;
  std::string version;
};

// A generator of this kind can be kept in the cluster, and nothing of it is run.
bool only_stored(const json::Value& crd) {
  const generators::Kind* kind = generators::find_kind(json::find_string(crd, "spec.names.kind"));
  return json::find_string(crd, "spec.group") == api::gen::kGroup && kind != nullptr && !kind->built();
}

// That objects are stored in: it is there, whatever else is.
std::string stored_version(const json::Value& crd) {
  const json::Value* versions = json::find(crd, "spec.versions");
  if (versions == nullptr || !versions->is_array()) return "";
  for (const json::Value& version : versions->get_array()) {
    const json::Value* storage = json::find(version, "storage");
    if (storage != nullptr && storage->is_bool() && storage->get_bool()) {
      return std::string(json::find_string(version, "name"));
    }
  }
  return "";
}

class Doctor {
 public:
  Doctor(kube::Client& client, DoctorOptions options) : client_(client), options_(std::move(options)) {}

  Task<Result<Diagnoses>> look() {
    CO_TRY_VOID(co_await crds());
    for (const Examination& examination : examinations_) CO_TRY_VOID(co_await objects(examination));
    for (const UnknownKind& kind : unknown_) CO_TRY_VOID(co_await objects_of(kind));
    CO_TRY_VOID(co_await leases());
    CO_TRY_VOID(co_await rights());
    co_return std::move(found_);
  }

 private:
  void take(Diagnoses more) {
    for (Diagnosis& one : more) found_.push_back(std::move(one));
  }

  void learn_lease(const json::Value& deployment) {
    rotor_runs_ = rotor_runs_ || runs_rotor(deployment);
    if (json::find_string(deployment, "metadata.namespace") != options_.operator_namespace) return;
    if (std::string name = lease_of_rotor(deployment); !name.empty() && lease_.empty()) lease_ = std::move(name);
  }

  // Not being let to is a finding; not being there is for who asked.
  Result<void> not_looked_at(const kube::Resource& resource, const Error& error) {
    if (error.code != Code::kDenied) return std::unexpected(error);
    found_.push_back({"not looked at", kube::group_resource(resource), error.message,
                      "ask as somebody who may, or with -n NAMESPACE"});
    return {};
  }

  Task<Result<void>> crds() {
    Crds theirs;
    const auto listed =
        co_await kube::list_all(client_, kCrds, "", {.page_size = kCrdsAtOnce}, [&theirs](std::string_view text) {
          auto crd = json::parse(text);
          if (!crd || !is_our_group(json::find_string(*crd, "spec.group"))) {
            return;
          }
          std::string name(json::find_string(*crd, "metadata.name"));
          theirs.emplace(std::move(name), *std::move(crd));
        });
    if (!listed) co_return not_looked_at(kCrds, listed.error());
    const Crds ours = own_crds();
    for (const auto& [name, crd] : ours) {
      const auto same = theirs.find(name);
      if (same != theirs.end()) take(examine_crd(same->second, crd));
      if (same == theirs.end()) found_.push_back(absent_crd(name));
    }
    for (auto& [name, crd] : theirs) {
      if (ours.contains(name) && !only_stored(crd)) continue;
      std::string version = stored_version(crd);
      unknown_.push_back({std::move(crd), std::move(version)});
    }
    co_return Result<void>{};
  }

  Task<Result<void>> objects(const Examination& examination) {
    for (const kube::Resource& resource : examination.versions) {
      const std::string ns = resource.namespaced ? options_.ns : "";
      const auto listed =
          co_await kube::list_all(client_, resource, ns, {}, [this, &examination, &resource](std::string_view text) {
            const auto object = json::parse(text);
            if (!object) return;
            if (resource.plural == kDeployments.plural) learn_lease(*object);
            take(examination.examine(*object));
          });
      if (listed) break;
      if (listed.error().code == Code::kNotFound) continue;  // not served: the next version, or nothing is there
      co_return not_looked_at(resource, listed.error());
    }
    co_return Result<void>{};
  }

  Task<Result<void>> objects_of(const UnknownKind& kind) {
    const kube::Resource resource{
        json::find_string(kind.crd, "spec.group"), kind.version, json::find_string(kind.crd, "spec.names.plural"),
        json::find_string(kind.crd, "spec.names.kind"), json::find_string(kind.crd, "spec.scope") == "Namespaced"};
    std::size_t count = 0;
    const auto listed = co_await kube::list_all(client_, resource, resource.namespaced ? options_.ns : "",
                                                {.metadata_only = true}, [&count](std::string_view) { ++count; });
    if (!listed && listed.error().code != Code::kNotFound) co_return not_looked_at(resource, listed.error());
    take(examine_unknown_kind(kind.crd, count));
    co_return Result<void>{};
  }

  // Rights can be given to one that is not there, so its absence would not be told by them. Who may not see it is none
  // the wiser.
  Task<Result<void>> account() {
    if (!options_.account) co_return Result<void>{};
    const kube::Key& key = *options_.account;
    const auto there = co_await client_.get(kServiceAccounts, key);
    if (there || there.error().code == Code::kDenied) co_return Result<void>{};
    if (there.error().code != Code::kNotFound) co_return std::unexpected(there.error());
    found_.push_back({"rights", fmt::format("serviceaccount/{}/{}", key.ns, key.name),
                      "there is no such ServiceAccount",
                      fmt::format("kubectl -n {} get serviceaccount shows which there are; the chart makes it with "
                                  "serviceAccount.create",
                                  key.ns)});
    co_return Result<void>{};
  }

  Task<Result<void>> rights() {
    CO_TRY_VOID(co_await account());
    RightsOf whose{options_.account, options_.ns};
    const kube::Resource resource = whose.account ? kReviews : kSelfReviews;
    CO_TRY(const std::optional<bool> all, co_await ask(resource, kEverything, whose));
    if (!all || *all) co_return Result<void>{};
    std::vector<Right> missing, missing_of_its_own;
    const RightsOf own{options_.account, options_.operator_namespace, lease_};
    const std::vector<Right> rights = rights_of(options_.features);
    const bool reaches_its_own = whose.ns.empty() || whose.ns == own.ns;
    for (const Right& right : rights) {
      const Right of_all{right.group, right.resource, right.verb};
      const bool with_the_rest = reaches_its_own && std::ranges::find(rights, of_all) != rights.end();
      if (right.own && with_the_rest) continue;
      CO_TRY(const std::optional<bool> allowed, co_await ask(resource, right, right.own ? own : whose));
      if (allowed && !*allowed) (right.own ? missing_of_its_own : missing).push_back(right);
    }
    take(missing_rights(missing, whose));
    take(missing_rights(missing_of_its_own, own));
    co_return Result<void>{};
  }

  // What runs without one (no --leader-elect) is seen by its Deployment.
  Task<Result<void>> leases() {
    if (rotor_runs_) co_return Result<void>{};
    CO_TRY(const auto all, co_await read_installations(client_));
    for (const kube::Lease& lease : abandoned(all, options_.now)) {
      if (!works_in(lease, options_.ns)) continue;
      found_.push_back({"operator", fmt::format("lease/{}/{}", lease.metadata.ns, lease.metadata.name),
                        fmt::format("no Rotor works: {}", end_of(lease)),
                        fmt::format("{}; where it is gone for good: kubectl -n {} delete lease {}", how_to_start(lease),
                                    lease.metadata.ns, lease.metadata.name)});
    }
    co_return Result<void>{};
  }

  // nullopt: the question itself is not allowed, which has been noted.
  Task<Result<std::optional<bool>>> ask(kube::Resource resource, Right right, RightsOf whose) {
    const auto answer = co_await client_.create(resource, "", SecretBytes(review_of(right, whose)));
    if (!answer) {
      CO_TRY_VOID(not_looked_at(resource, answer.error()));
      co_return std::optional<bool>{};
    }
    CO_TRY(const json::Value review, json::parse(answer->reveal()));
    co_return std::optional(is_allowed(review));
  }

  kube::Client& client_;
  const DoctorOptions options_;
  const std::vector<Examination> examinations_ = examinations(options_);
  std::string lease_ = options_.lease;  // or as Rotor's Deployment has it
  bool rotor_runs_ = false;
  std::vector<UnknownKind> unknown_;
  Diagnoses found_;
};

}  // namespace

Task<Result<Diagnoses>> examine_cluster(kube::Client& client, DoctorOptions options) {
  Doctor doctor(client, std::move(options));
  co_return co_await doctor.look();
}

}  // namespace rotor::inspect
