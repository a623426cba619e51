#include "secrets/status.hpp"

#include "base/time.hpp"
#include "json/writer.hpp"
#include "secrets/force_sync.hpp"

namespace rotor::secrets {
namespace {

using json::Writer;

void set_ready(std::vector<kube::Condition>& conditions, const ReadyWords& words, WallTime now) {
  kube::Condition condition;
  condition.type = "Ready";
  condition.status = words.ready ? "True" : "False";
  condition.reason = words.reason;
  condition.message = words.message;
  kube::set_condition(conditions, std::move(condition), now);
}

void member(Writer& writer, std::string_view key, std::string_view value) {
  writer.key(key);
  writer.string(value);
}

// Not the uid: a status is written whatever uid it names.
void guard(Writer& writer, const kube::ObjectMeta& metadata) {
  if (metadata.resource_version.empty()) return;  // it could not be read
  writer.key("metadata");
  writer.begin_object();
  member(writer, "resourceVersion", metadata.resource_version);
  writer.end_object();
}

}  // namespace

bool is_ready(const ExternalSecret& es) {
  const auto* ready = kube::find_condition(es.status.conditions, "Ready");
  return ready != nullptr && ready->status == "True";
}

std::string_view ready_message(const ExternalSecret& es) {
  const auto* ready = kube::find_condition(es.status.conditions, "Ready");
  return ready == nullptr ? std::string_view() : std::string_view(ready->message);
}

ExternalSecretStatus succeeded(const ExternalSecret& es, const ReadyWords& words, WallTime started, WallTime now) {
  ExternalSecretStatus status = es.status;
  set_ready(status.conditions, words, now);
  status.refresh_time = format_time(started);
  status.synced_resource_version = resource_token(es.metadata);
  return status;
}

ExternalSecretStatus failed(const ExternalSecret& es, const ReadyWords& words, WallTime now) {
  ExternalSecretStatus status = es.status;
  set_ready(status.conditions, words, now);
  return status;
}

std::optional<std::string> status_patch(const kube::ObjectMeta& metadata, const ExternalSecretStatus& before,
                                        const ExternalSecretStatus& after) {
  if (before == after) return std::nullopt;
  std::string out;
  Writer writer(out);
  writer.begin_object();
  guard(writer, metadata);
  writer.key("status");
  writer.begin_object();
  if (before.refresh_time != after.refresh_time) member(writer, "refreshTime", after.refresh_time);
  if (before.synced_resource_version != after.synced_resource_version) {
    member(writer, "syncedResourceVersion", after.synced_resource_version);
  }
  if (before.conditions != after.conditions) {
    writer.key("conditions");
    writer.raw(json::write(after.conditions));
  }
  if (before.binding != after.binding) {
    writer.key("binding");
    writer.raw(after.binding ? json::write(*after.binding) : "null");
  }
  if (before.inputs_digest != after.inputs_digest) {
    writer.key("inputsDigest");
    after.inputs_digest.empty() ? writer.null() : writer.string(after.inputs_digest);
  }
  writer.end_object();
  writer.end_object();
  return out;
}

std::optional<std::string> status_patch(const kube::ObjectMeta& metadata, const api::es::StoreStatus& before,
                                        const api::es::StoreStatus& after) {
  if (before.conditions == after.conditions && before.capabilities == after.capabilities) return std::nullopt;
  std::string out;
  Writer writer(out);
  writer.begin_object();
  guard(writer, metadata);
  writer.key("status");
  writer.begin_object();
  if (before.capabilities != after.capabilities) member(writer, "capabilities", after.capabilities);
  if (before.conditions != after.conditions) {
    writer.key("conditions");
    writer.raw(json::write(after.conditions));
  }
  writer.end_object();
  writer.end_object();
  return out;
}

}  // namespace rotor::secrets
