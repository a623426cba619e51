#include "inspect/doctor_rights.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rotor::inspect {
namespace {

// What stands after a slash is a part of what stands before it.
constexpr std::array<std::string_view, 11> kFeatures = {"secrets",
                                                        "secrets/stores",
                                                        "secrets/tokens",
                                                        "cluster",
                                                        "cluster/stores",
                                                        "cluster/externalsecrets",
                                                        "cluster/generators",
                                                        "openclaw",
                                                        "webhook",
                                                        "leader",
                                                        "metrics-auth"};

struct Needs {
  std::string_view feature;
  std::string_view group;
  std::string_view resources;  // with blanks between
  std::string_view verbs;
  std::string_view names;  // that the rule is limited to; none: all
  bool own;                // in Rotor's own namespace
};

constexpr auto kNeeds = std::to_array<Needs>({
#include "inspect/rights.inc"
});

bool is_wanted(std::string_view feature, const std::vector<std::string>& features) {
  const std::string_view whole = feature.substr(0, feature.find('/'));
  return std::ranges::any_of(features, [&](const std::string& one) { return one == feature || one == whole; });
}

// Each word of a text; of an empty one the empty word.
std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t end = text.find(' '); end != std::string_view::npos; end = text.find(' ')) {
    out.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  out.push_back(text);
  return out;
}

// The name that is asked for: a rule for some names alone would answer a question without one with no.
std::string_view name_of(const Right& right, const RightsOf& whose) {
  const bool lease = right.resource == "leases" && !right.name.empty();
  return lease && !whose.lease.empty() ? std::string_view(whose.lease) : right.name;
}

constexpr std::string_view kInAll =
    "deploy/rbac.yaml has the rule, and the chart with rbac.create; --features names what is wanted";
// Where Rotor works in one namespace its rules are Roles, and the kinds of the cluster are left alone.
constexpr std::string_view kInOne =
    "the chart writes a Role with the rule for scopedRBAC=true, with scopedNamespace or watchNamespaces and "
    "rbac.create; --features=secrets,openclaw,leader leaves out the kinds of the cluster";

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
    if (!is_wanted(needs.feature, features)) continue;
    for (const auto resource : words(needs.resources)) {
      for (const auto verb : words(needs.verbs)) {
        for (const auto name : words(needs.names)) rights.insert({needs.group, resource, verb, name, needs.own});
      }
    }
  }
  return {rights.begin(), rights.end()};
}

std::string review_of(const Right& right, const RightsOf& whose) {
  const auto slash = right.resource.find('/');
  json::Object asked{{"group", right.group},
                     {"resource", right.resource.substr(0, slash)},
                     {"verb", right.verb},
                     {"namespace", whose.ns},
                     {"name", name_of(right, whose)}};
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
  struct Denied {
    std::set<std::string_view> verbs, names;
  };
  std::map<std::string, Denied> denied;
  for (const Right& right : missing) {
    Denied& of = denied[full_name(right)];
    of.verbs.insert(right.verb);
    if (!right.name.empty()) of.names.insert(name_of(right, whose));
  }
  Diagnoses out;
  for (const auto& [resource, of] : denied) {
    const std::string which = of.names.empty() ? "them" : fmt::format("{}", fmt::join(of.names, ", "));
    out.push_back({"rights", resource, fmt::format("{} may not {} {} {}", who, fmt::join(of.verbs, ", "), which, where),
                   std::string(whose.ns.empty() ? kInAll : kInOne)});
  }
  return out;
}

}  // namespace rotor::inspect
