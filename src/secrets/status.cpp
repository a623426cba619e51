#include "secrets/status.hpp"

#include "base/time.hpp"
#include "secrets/force_sync.hpp"

namespace rotor::secrets {
namespace {

void set_ready(std::vector<kube::Condition>& conditions, const ReadyWords& words, WallTime now) {
  kube::Condition condition;
  condition.type = "Ready";
  condition.status = words.ready ? "True" : "False";
  condition.reason = words.reason;
  condition.message = words.message;
  kube::set_condition(conditions, std::move(condition), now);
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

bool worth_writing(const ExternalSecretStatus& written, const ExternalSecretStatus& after, Duration least_interval) {
  const auto last = parse_time(written.refresh_time);
  const auto now = parse_time(after.refresh_time);
  if (!last || !now || *now < *last || *now - *last >= least_interval) return true;
  ExternalSecretStatus but_for_the_time = after;
  but_for_the_time.refresh_time = written.refresh_time;
  return json::write(but_for_the_time) != json::write(written);
}

}  // namespace rotor::secrets
