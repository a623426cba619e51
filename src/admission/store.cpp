#include "admission/store.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.hpp"
#include "template/go/regex.hpp"

namespace rotor::admission {
namespace {

using Texts = std::vector<std::string>;

void check_namespace_regexes(const std::vector<api::es::StoreCondition>& conditions, Texts& out) {
  for (std::size_t j = 0; j < conditions.size(); ++j) {
    const std::vector<std::string>& regexes = conditions[j].namespace_regexes;
    for (std::size_t i = 0; i < regexes.size(); ++i) {
      const auto compiled = tmpl::Regex::compile(regexes[i]);
      if (compiled) continue;
      out.push_back(
          fmt::format("failed to compile {}th namespace regex in {}th condition: {}", i, j, compiled.error().message));
    }
  }
}

void warn_of_maintenance(providers::Maintenance maintenance, std::string_view name, Texts& out) {
  if (maintenance == providers::Maintenance::kNotMaintained) {
    out.push_back(fmt::format("store {} isn't currently maintained. Please plan and prepare accordingly.", name));
  } else if (maintenance == providers::Maintenance::kDeprecated) {
    out.push_back(fmt::format(
        "store {} is deprecated and will stop working on the next major version. Please plan and prepare accordingly.",
        name));
  }
}

Result<void> ask_provider(const StoreSubject& subject, const providers::ProviderRegistry& registry, Texts& warnings) {
  TRY(const providers::Store store, provider_store(subject));
  TRY(const providers::Provider* const provider, provider_of(registry, store));
  warn_of_maintenance(provider->maintenance(), store.name, warnings);
  TRY(Texts said, provider->validate_store(store));
  std::ranges::move(said, std::back_inserter(warnings));
  return {};
}

}  // namespace

Verdict judge_store(const StoreSubject& store, const providers::ProviderRegistry& registry) {
  Verdict verdict;
  check_namespace_regexes(store.spec.conditions, verdict.violations);
  if (const auto interval = api::es::parse_store_interval(store.spec.refresh_interval); !interval) {
    verdict.violations.push_back(interval.error().message);
  }
  if (auto asked = ask_provider(store, registry, verdict.warnings); !asked) {
    verdict.violations.push_back(std::move(asked).error().message);
  }
  return verdict;
}

Result<providers::Store> provider_store(const StoreSubject& store) {
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
  const std::vector<std::string> known = registry.names();
  const auto meant = nearest(store.provider, known);
  const std::string hint = meant ? fmt::format("did you mean \"{}\"?", *meant)
                                 : fmt::format("spec.provider may be {}", fmt::join(known, ", "));
  return fail(Code::kInvalid, fmt::format("failed to find registered store backend for type: {}, name: {}; {}",
                                          store.provider, store.name, hint));
}

}  // namespace rotor::admission
