#include "openclaw/view.hpp"

#include <fmt/format.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/secret.hpp"
#include "api/core/service.hpp"
#include "api/core/service_account.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

bool says_true(const StringMap& annotations, std::string_view name) {
  const auto value = annotations.find(name);
  return value != annotations.end() && value->second == "true";
}

kube::ListOptions our_own() { return {.label_selector = fmt::format("{}={}", kManagedBy, kOperatorName)}; }

kube::ListOptions metadata_only() {
  kube::ListOptions options;
  options.metadata_only = true;
  return options;
}

}  // namespace

Result<LiveObject> read_live(std::string_view object_json) {
  TRY(kube::PartialObject object, json::read<kube::PartialObject>(object_json));
  object.metadata.managed_fields.clear();
  return LiveObject{std::move(object.metadata), std::string(object_json)};
}

Result<SecretMark> read_mark(std::string_view object_json) {
  TRY(const kube::PartialObject object, json::read<kube::PartialObject>(object_json));
  SecretMark mark;
  mark.metadata = {object.metadata.ns, object.metadata.name, object.metadata.resource_version};
  mark.ignored = says_true(object.metadata.annotations, kIgnoreRotation) ||
                 says_true(object.metadata.annotations, kReloaderIgnore);
  return mark;
}

View::View(kube::Client& client, Clock& clock, std::string watched_namespace)
    : instances(client, clock, watched_namespace, kube::ListOptions{}),
      stateful_sets(client, clock, watched_namespace, our_own(), read_live, kube::kResource<api::StatefulSet>),
      services(client, clock, watched_namespace, our_own(), read_live, kube::kResource<api::Service>),
      service_accounts(client, clock, watched_namespace, our_own(), read_live, kube::kResource<api::ServiceAccount>),
      secrets(client, clock, watched_namespace, metadata_only(), read_mark, kube::kResource<api::Secret>) {}

bool View::ready() const {
  return instances.is_ready() && stateful_sets.is_ready() && services.is_ready() && service_accounts.is_ready() &&
         secrets.is_ready();
}

}  // namespace rotor::openclaw
