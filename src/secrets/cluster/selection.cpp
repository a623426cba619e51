#include "secrets/cluster/selection.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/quote.hpp"

namespace rotor::secrets::cluster {
namespace {

using kube::LabelSelector;
using kube::LabelSelectorRequirement;

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
bool is_label_name(std::string_view text) {
  static const RE2 kName(R"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)");
  static const RE2 kPrefix(R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return RE2::FullMatch(text, kName);
  const std::string_view prefix = text.substr(0, slash);
  return prefix.size() <= 253 && RE2::FullMatch(prefix, kPrefix) && RE2::FullMatch(text.substr(slash + 1), kName);
}

bool is_label_value(std::string_view text) { return text.empty() || (!text.contains('/') && is_label_name(text)); }

Result<void> check_label(const std::string& where, const std::string& key, const std::string& value) {
  if (!is_label_name(key)) return fail(Code::kInvalid, fmt::format("{}: {} is no label", where, go_quote(key)));
  if (!is_label_value(value)) {
    return fail(Code::kInvalid, fmt::format("{}: no label can have the value {}", where, go_quote(value)));
  }
  return {};
}

Result<void> check(const std::string& where, const LabelSelectorRequirement& requirement) {
  const bool listed = requirement.op == "In" || requirement.op == "NotIn";
  if (!listed && requirement.op != "Exists" && requirement.op != "DoesNotExist") {
    return fail(Code::kInvalid,
                fmt::format("{}.operator {}: use In, NotIn, Exists or DoesNotExist", where, go_quote(requirement.op)));
  }
  if (listed == requirement.values.empty()) {
    return fail(Code::kInvalid, fmt::format("{}.values: {} {}", where, requirement.op,
                                            listed ? "needs at least one" : "takes none; leave them out"));
  }
  TRY_VOID(check_label(where + ".key", requirement.key, ""));
  for (const std::string& value : requirement.values) {
    TRY_VOID(check_label(where + ".values", requirement.key, value));
  }
  return {};
}

Result<void> check(const std::string& where, const LabelSelector& selector) {
  for (const auto& [key, value] : selector.match_labels) TRY_VOID(check_label(where + ".matchLabels", key, value));
  for (std::size_t i = 0; i < selector.match_expressions.size(); ++i) {
    TRY_VOID(check(fmt::format("{}.matchExpressions[{}]", where, i), selector.match_expressions[i]));
  }
  return {};
}

}  // namespace

Result<void> check_selection(const api::es::Spread& spec) {
  if (spec.namespace_selector) TRY_VOID(check("spec.namespaceSelector", *spec.namespace_selector));
  for (std::size_t i = 0; i < spec.namespace_selectors.size(); ++i) {
    TRY_VOID(check(fmt::format("spec.namespaceSelectors[{}]", i), spec.namespace_selectors[i]));
  }
  return {};
}

bool selects(const api::es::Spread& spec, const std::string& ns, const kube::StringMap& labels) {
  return (spec.namespace_selector && kube::matches(*spec.namespace_selector, labels)) ||
         std::ranges::any_of(spec.namespace_selectors,
                             [&labels](const LabelSelector& s) { return kube::matches(s, labels); }) ||
         std::ranges::find(spec.namespaces, ns) != spec.namespaces.end();
}

}  // namespace rotor::secrets::cluster
