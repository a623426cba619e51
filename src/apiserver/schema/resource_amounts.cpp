// What containers ask for of CPU, memory and other resources: names, amounts, and requests beside limits.
#include <algorithm>

#include "apiserver/registry/names.hpp"
#include "apiserver/schema/member_checks.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/quantity.hpp"

namespace rotor::apiserver::schema {

namespace {

using Failures = std::vector<FieldError>;

constexpr std::string_view kOfContainers[] = {"cpu", "memory", "ephemeral-storage"};
// Known of quotas and claims; no container has them.
constexpr std::string_view kOfOthers[] = {"storage",
                                          "requests.cpu",
                                          "requests.memory",
                                          "requests.ephemeral-storage",
                                          "limits.cpu",
                                          "limits.memory",
                                          "limits.ephemeral-storage",
                                          "requests.storage",
                                          "pods",
                                          "services",
                                          "resourcequotas",
                                          "replicationcontrollers",
                                          "secrets",
                                          "configmaps",
                                          "persistentvolumeclaims",
                                          "services.nodeports",
                                          "services.loadbalancers"};

bool is_huge_pages(std::string_view name) { return name.starts_with("hugepages-"); }
bool is_native(std::string_view name) { return !name.contains('/') || name.contains("kubernetes.io/"); }
bool is_extended(std::string_view name) { return !is_native(name) && !name.starts_with("requests."); }
bool may_be_overcommitted(std::string_view name) { return is_native(name) && !is_huge_pages(name); }

bool is_of_containers(std::string_view name) {
  return is_huge_pages(name) || std::ranges::find(kOfContainers, name) != std::end(kOfContainers);
}
bool is_standard(std::string_view name) {
  return is_of_containers(name) || std::ranges::find(kOfOthers, name) != std::end(kOfOthers);
}

void check_resource_name(std::string_view name, const std::string& path, Failures& errors) {
  const json::Value shown(name);
  const std::vector<std::string> broken = qualified_name_errors(name);
  for (const std::string& why : broken) errors.push_back(field_invalid(path, shown, why));
  const bool plain = !name.contains('/');
  if (broken.empty() && plain && !is_standard(name))
    errors.push_back(field_invalid(path, shown, "must be a standard resource type or fully qualified"));
  if (plain && !is_of_containers(name)) {
    errors.push_back(field_invalid(path, shown, "must be a standard resource for containers"));
  } else if (!is_native(name) && !is_extended(name)) {
    errors.push_back(field_invalid(path, shown, "doesn't follow extended resource name standard"));
  }
}

void check_amount(std::string_view name, const json::Value& amount, const std::string& path, Failures& errors) {
  if (!amount.is_string()) return;
  const std::string_view text = amount.get_string();
  if (compare_quantities(text, "0") < 0)
    errors.push_back(field_invalid(path, amount, "must be greater than or equal to 0"));
  if (is_extended(name) && !is_whole_quantity(text))
    errors.push_back(field_invalid(path, amount, "must be an integer"));
}

void check_beside_limit(std::string_view name, const json::Value& request, const json::Object* limits,
                        const std::string& path, Failures& errors) {
  const json::Value* limit = limits == nullptr ? nullptr : limits->if_contains(name);
  const bool free = may_be_overcommitted(name);
  if (limit == nullptr && !free)
    errors.push_back(field_required(child_path(path, "limits"), "Limit must be set for non overcommitable resources"));
  if (limit == nullptr || !limit->is_string() || !request.is_string()) return;
  const auto order = compare_quantities(request.get_string(), limit->get_string());
  if (order == 0 || (free && !(order > 0))) return;
  errors.push_back(field_invalid(child_path(path, "requests"), request,
                                 fmt::format("must be {} to {} limit of {}", free ? "less than or equal" : "equal",
                                             name, std::string_view(limit->get_string()))));
}

const json::Object* amounts(const json::Object& resources, std::string_view name) {
  const json::Value* value = resources.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

bool has_any(const json::Object* amounts, bool (*of)(std::string_view)) {
  return amounts != nullptr && std::ranges::any_of(*amounts, [of](const auto& one) { return of(one.key()); });
}

void check_resources(const json::Value* value, const std::string& path, bool named, Failures& errors) {
  const json::Object* resources = value == nullptr ? nullptr : value->if_object();
  if (resources == nullptr) return;
  const json::Object* limits = amounts(*resources, "limits");
  const json::Object* requests = amounts(*resources, "requests");
  for (const auto& [member, all] : {std::pair("limits", limits), std::pair("requests", requests)}) {
    if (all == nullptr) continue;
    for (const auto& [name, amount] : *all) {
      const std::string at = fmt::format("{}.{}[{}]", path, member, std::string_view(name));
      if (named) check_resource_name(name, at, errors);
      check_amount(name, amount, at, errors);
      if (all == requests) check_beside_limit(name, amount, limits, path, errors);
    }
  }
  const auto runs_on = [](std::string_view name) { return name == "cpu" || name == "memory"; };
  const bool huge = has_any(limits, is_huge_pages) || has_any(requests, is_huge_pages);
  if (huge && !has_any(limits, runs_on) && !has_any(requests, runs_on))
    errors.push_back(field_forbidden(path, "HugePages require cpu or memory"));
}

}  // namespace

void check_container_resources(const json::Value* value, const std::string& path, std::vector<FieldError>& errors) {
  check_resources(value, path, true, errors);
}

void check_pod_resources(const json::Value* value, const std::string& path, std::vector<FieldError>& errors) {
  check_resources(value, path, false, errors);
}

}  // namespace rotor::apiserver::schema
