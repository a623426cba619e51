#include "inspect/doctor_rights.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rotor::inspect {
namespace {

constexpr std::array<std::string_view, 5> kFeatures = {"secrets", "cluster", "openclaw", "webhook", "leader"};

constexpr std::string_view kEs = "external-secrets.io";
constexpr std::string_view kGenerators = "generators.external-secrets.io";
constexpr std::string_view kRegistration = "admissionregistration.k8s.io";
constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kLeases = "coordination.k8s.io";

struct Needs {
  std::string_view feature;
  std::string_view group;
  std::string_view resources;  // with blanks between
  std::string_view verbs;
};

constexpr std::array<Needs, 31> kNeeds = {{
    {"secrets", kEs, "secretstores externalsecrets", "get list watch patch"},
    {"secrets", kEs, "secretstores/status externalsecrets/status", "patch"},
    {"secrets", kEs, "secretstores/finalizers externalsecrets/finalizers", "update"},
    {"secrets", kGenerators, "fakes passwords sshkeys uuids vaultdynamicsecrets webhooks", "get"},
    {"secrets", kGenerators, "generatorstates", "get list watch create patch delete"},
    {"secrets", "", "secrets", "get list watch create update patch delete"},
    {"secrets", "", "configmaps serviceaccounts", "get list watch"},
    {"secrets", "", "serviceaccounts/token", "create"},
    {"secrets", "", "events", "create patch"},
    {"cluster", kEs, "clustersecretstores clusterexternalsecrets", "get list watch patch"},
    {"cluster", kEs, "clustersecretstores/status clusterexternalsecrets/status", "patch"},
    {"cluster", kEs, "clustersecretstores/finalizers clusterexternalsecrets/finalizers", "update"},
    {"cluster", kEs, "externalsecrets", "create delete"},
    {"cluster", kGenerators, "clustergenerators", "get"},
    {"cluster", "", "namespaces", "get list watch patch"},
    {"openclaw", "openclaw.rocks", "openclawinstances", "get list watch patch"},
    {"openclaw", "openclaw.rocks", "openclawinstances/status", "patch"},
    {"openclaw", "openclaw.rocks", "openclawinstances/finalizers", "update"},
    {"openclaw", "", "configmaps serviceaccounts services persistentvolumeclaims", "get list watch create patch"},
    {"openclaw", "", "secrets", "get list watch create update patch delete"},
    {"openclaw", "", "pods", "get list watch patch"},
    {"openclaw", "", "events", "create patch"},
    {"openclaw", "apps", "statefulsets", "get list watch create patch"},
    {"openclaw", "apps", "deployments", "get delete"},
    {"openclaw", "batch", "jobs", "get list watch create delete"},
    {"openclaw", kRbac, "roles rolebindings", "get list watch create patch"},
    {"openclaw", "networking.k8s.io", "networkpolicies", "get list watch create patch delete"},
    {"openclaw", "policy", "poddisruptionbudgets", "get list watch create patch delete"},
    {"webhook", kRegistration, "validatingwebhookconfigurations mutatingwebhookconfigurations", "get patch"},
    {"webhook", "", "secrets", "get create patch"},
    {"leader", kLeases, "leases", "create get list watch patch"},
}};

// The names that a rule gives where it gives not all: a question without one would be answered with no.
std::string_view name_asked_for(const Right& right) {
  if (right.resource == "validatingwebhookconfigurations") return "externalsecret-validate";
  if (right.resource == "mutatingwebhookconfigurations") return "openclaw-operator-mutating-webhook";
  if (right.group == kLeases && right.verb != "create") return "external-secrets-controller";
  return "";
}

template <class Each>
void words(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string full_name(const Right& right) {
  return right.group.empty() ? std::string(right.resource) : fmt::format("{}.{}", right.resource, right.group);
}

std::string user_of(const kube::Key& account) {
  return fmt::format("system:serviceaccount:{}:{}", account.ns, account.name);
}

}  // namespace

std::span<const std::string_view> doctor_features() { return kFeatures; }

std::vector<Right> rights_of(const std::vector<std::string>& features) {
  std::set<Right> rights;
  for (const Needs& needs : kNeeds) {
    if (std::ranges::find(features, needs.feature) == features.end()) continue;
    words(needs.resources, [&](std::string_view resource) {
      words(needs.verbs, [&](std::string_view verb) { rights.insert({needs.group, resource, verb}); });
    });
  }
  return {rights.begin(), rights.end()};
}

bool is_of_the_own_namespace(const Right& right) { return right.group == kLeases; }

std::string review_of(const Right& right, const RightsOf& whose) {
  const auto slash = right.resource.find('/');
  json::Object asked{{"group", right.group},
                     {"resource", right.resource.substr(0, slash)},
                     {"verb", right.verb},
                     {"namespace", whose.ns},
                     {"name", name_asked_for(right)}};
  if (slash != std::string_view::npos) asked["subresource"] = right.resource.substr(slash + 1);
  json::Object spec{{"resourceAttributes", std::move(asked)}};
  if (whose.account) {
    spec["user"] = user_of(*whose.account);
    spec["groups"] = json::Array{"system:authenticated", "system:serviceaccounts",
                                 json::Value(fmt::format("system:serviceaccounts:{}", whose.account->ns))};
  }
  return json::serialize(json::Object{
      {"apiVersion", "authorization.k8s.io/v1"},
      {"kind", whose.account ? "SubjectAccessReview" : "SelfSubjectAccessReview"},
      {"spec", std::move(spec)},
  });
}

bool is_allowed(const json::Value& review) {
  const json::Value* allowed = json::find(review, "status.allowed");
  return allowed != nullptr && allowed->is_bool() && allowed->get_bool();
}

Diagnoses missing_rights(const std::vector<Right>& missing, const RightsOf& whose) {
  const std::string who = whose.account ? fmt::format("ServiceAccount {}/{}", whose.account->ns, whose.account->name)
                                        : std::string("whoever asks here");
  const std::string where = whose.ns.empty() ? std::string("in the whole cluster") : "in namespace " + whose.ns;
  std::map<std::string, std::vector<std::string_view>> verbs;
  for (const Right& right : missing) verbs[full_name(right)].push_back(right.verb);
  Diagnoses out;
  for (const auto& [resource, denied] : verbs) {
    out.push_back({"rights", resource, fmt::format("{} may not {} them {}", who, fmt::join(denied, ", "), where),
                   "deploy/rbac.yaml has the rule, and the chart with rbac.create; --features names what is wanted"});
  }
  return out;
}

}  // namespace rotor::inspect
