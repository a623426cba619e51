#include "secrets/store_view.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

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
  RE2::Options options;
  options.set_log_errors(false);
  return std::ranges::any_of(condition.namespace_regexes, [&](const std::string& expression) {
    const RE2 compiled(expression, options);
    return compiled.ok() && RE2::PartialMatch(ns, compiled);
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
  const auto& provider = store.spec.provider;
  if (provider.size() != 1) {
    return fail(Code::kInvalid,
                fmt::format("store error for {}: secret stores must only have exactly one backend specified, found {}",
                            store.metadata.name, provider.size()));
  }
  providers::Store out;
  out.kind = store.kind;
  out.ns = store.metadata.ns;
  out.name = store.metadata.name;
  out.uid = store.metadata.uid;
  out.generation = store.metadata.generation;
  out.provider = provider.begin()->first;
  out.config = provider.begin()->second;
  if (store.spec.retry_settings) {
    out.max_retries = store.spec.retry_settings->max_retries;
    out.retry_interval = store.spec.retry_settings->retry_interval;
  }
  return out;
}

Result<providers::Provider*> provider_of(const providers::ProviderRegistry& registry, const providers::Store& store) {
  if (providers::Provider* provider = registry.find(store.provider)) return provider;
  return fail(Code::kInvalid, fmt::format("failed to find registered store backend for type: {}, name: {}",
                                          store.provider, store.name));
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
