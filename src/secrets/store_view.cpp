#include "secrets/store_view.hpp"

#include <algorithm>

#include "admission/store.hpp"
#include "template/go/regex.hpp"

namespace rotor::secrets {
namespace {

using api::es::StoreCondition;
using api::es::StoreRef;

constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";

bool names_namespace(const StoreCondition& condition, const kube::StringMap& labels) {
  const auto it = labels.find(kNameLabel);
  return it != labels.end() && std::ranges::find(condition.namespaces, it->second) != condition.namespaces.end();
}

bool matches_regex(const StoreCondition& condition, const std::string& ns) {
  return std::ranges::any_of(condition.namespace_regexes, [&](const std::string& expression) {
    const auto compiled = tmpl::Regex::compile(expression);
    return compiled && compiled->matches(ns);
  });
}

}  // namespace

bool StoreView::ready() const {
  const auto* condition = kube::find_condition(status.conditions, "Ready");
  return condition != nullptr && condition->status == "True";
}

bool StoreView::judged() const { return kube::find_condition(status.conditions, "Ready") != nullptr; }

bool managed_by(const StoreView& store, std::string_view controller_class) {
  return store.spec.controller.empty() || store.spec.controller == controller_class;
}

Result<providers::Store> provider_store(const StoreView& store) {
  return admission::provider_store({store.kind, store.metadata, store.spec});
}

bool needs_namespace_labels(const StoreView& store) {
  return std::ranges::any_of(store.spec.conditions, [](const StoreCondition& condition) {
    return condition.namespace_selector.has_value() || !condition.namespaces.empty();
  });
}

bool allows_namespace(const StoreView& store, const std::string& ns, const kube::StringMap& labels) {
  if (!store.cluster() || store.spec.conditions.empty()) return true;
  return std::ranges::any_of(store.spec.conditions, [&](const StoreCondition& condition) {
    return (condition.namespace_selector && kube::matches(*condition.namespace_selector, labels)) ||
           names_namespace(condition, labels) || matches_regex(condition, ns);
  });
}

std::string store_kind(const StoreRef& ref) {
  return ref.kind.empty() ? std::string(providers::kSecretStoreKind) : ref.kind;
}

std::vector<StoreRef> store_refs(const api::es::ExternalSecret& es) {
  std::vector<StoreRef> refs;
  const auto add = [&refs](const StoreRef& ref) {
    if (!ref.name.empty() && std::ranges::find(refs, ref) == refs.end()) refs.push_back(ref);
  };
  if (es.spec.secret_store_ref) add(*es.spec.secret_store_ref);
  for (const auto& item : es.spec.data) {
    if (item.source_ref && item.source_ref->store_ref) add(*item.source_ref->store_ref);
  }
  for (const auto& item : es.spec.data_from) {
    if (item.source_ref && item.source_ref->store_ref) add(*item.source_ref->store_ref);
  }
  return refs;
}

}  // namespace rotor::secrets
