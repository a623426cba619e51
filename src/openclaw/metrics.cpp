#include "openclaw/metrics.hpp"

#include <algorithm>
#include <array>

#include "openclaw/builders/image.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::array<std::string_view, 10> kPhases = {"Pending",  "Provisioning", "Running",   "Degraded",
                                                      "Failed",   "Terminating",  "BackingUp", "Restoring",
                                                      "Updating", "Suspended"};
constexpr std::array<std::string_view, 6> kResults = {"success", "error",       "conflict",
                                                      "held",    "rolled_back", "in_place"};

template <class Fn>
void for_each_of_ours(const View& view, const Metrics::Filter& is_ours, Fn fn) {
  for (const auto& [key, kept] : view.instances.all()) {
    if (kept->whole != nullptr && is_ours(key)) fn(key, *kept->whole);
  }
}

void emit_phases(const View& view, const Metrics::Filter& is_ours, const MetricsRegistry::Emit& emit) {
  for_each_of_ours(view, is_ours, [&emit](const kube::Key& key, const api::OpenClawInstance& instance) {
    for (const std::string_view phase : kPhases) {
      emit({key.name, key.ns, std::string(phase)}, instance.status.phase == phase ? 1 : 0);
    }
  });
}

void emit_ready(const View& view, const Metrics::Filter& is_ours, const MetricsRegistry::Emit& emit) {
  for_each_of_ours(view, is_ours, [&emit](const kube::Key& key, const api::OpenClawInstance& instance) {
    const kube::Condition* ready = kube::find_condition(instance.status.conditions, "Ready");
    emit({key.name, key.ns}, ready != nullptr && ready->status == "True" ? 1 : 0);
  });
}

void emit_secrets_not_ready(const View& view, const Metrics::Filter& is_ours, const MetricsRegistry::Emit& emit) {
  for_each_of_ours(view, is_ours, [&emit](const kube::Key& key, const api::OpenClawInstance& instance) {
    const kube::Condition* secrets = kube::find_condition(instance.status.conditions, "SecretsReady");
    if (secrets != nullptr && secrets->status == "False") emit({key.name, key.ns, secrets->reason}, 1);
  });
}

void emit_info(const View& view, const Metrics::Filter& is_ours, const MetricsRegistry::Emit& emit) {
  for_each_of_ours(view, is_ours, [&emit](const kube::Key& key, const api::OpenClawInstance& instance) {
    const auto& image = instance.spec.image;
    const std::string tag = image && image->tag && !image->tag->empty() ? *image->tag : "latest";
    emit({key.name, key.ns, tag, instance_image(instance.spec)}, 1);
  });
}

}  // namespace

Metrics::Metrics(MetricsRegistry& registry, const View& view, Filter is_ours)
    : registry_(registry),
      reconciles_(registry.counter("openclaw_reconcile_total", "Passes over an instance, by result.",
                                   {"instance", "namespace", "result"})),
      durations_(registry.histogram("openclaw_reconcile_duration_seconds", "How long passes took.", default_buckets(),
                                    {"instance", "namespace"})),
      rotations_(registry.counter("openclaw_secret_rotations_total",
                                  "Restarts because of changed Secrets, and values delivered in place, by result.",
                                  {"namespace", "instance", "result"})),
      latency_(registry.histogram("openclaw_secret_rollout_latency_seconds",
                                  "From the event of a Secret to the accepted pod template.", default_buckets())) {
  using Kind = MetricsRegistry::Kind;
  const View* v = &view;
  registry.callback(Kind::kGauge, "openclaw_instance_phase", "1 for the phase an instance is in.",
                    {"instance", "namespace", "phase"},
                    [v, is_ours](const auto& emit) { emit_phases(*v, is_ours, emit); });
  registry.callback(Kind::kGauge, "openclaw_instance_ready", "1 when an instance is ready.", {"instance", "namespace"},
                    [v, is_ours](const auto& emit) { emit_ready(*v, is_ours, emit); });
  registry.callback(Kind::kGauge, "openclaw_instance_secrets_not_ready",
                    "1 for an instance whose Secrets are missing, unusable or refused, and why.",
                    {"instance", "namespace", "reason"},
                    [v, is_ours](const auto& emit) { emit_secrets_not_ready(*v, is_ours, emit); });
  registry.callback(Kind::kGauge, "openclaw_instance_info", "The image of an instance.",
                    {"instance", "namespace", "version", "image"},
                    [v, is_ours](const auto& emit) { emit_info(*v, is_ours, emit); });
  registry.callback(Kind::kGauge, "openclaw_managed_instances", "Instances there are.", {},
                    [v, is_ours](const auto& emit) {
                      const auto ours = [&is_ours](const auto& entry) { return is_ours(entry.first); };
                      emit({}, static_cast<double>(std::ranges::count_if(v->instances.all(), ours)));
                    });
}

void Metrics::follow(const RolloutLimiter& limiter) {
  using Kind = MetricsRegistry::Kind;
  const RolloutLimiter* l = &limiter;
  registry_.callback(Kind::kGauge, "openclaw_rollouts_in_progress",
                     "Instances whose pods restart without anybody having edited them.", {},
                     [l](const auto& emit) { emit({}, static_cast<double>(l->books().in_progress())); });
  registry_.callback(Kind::kGauge, "openclaw_rollouts_queued", "Instances whose restart is due and waits in line.", {},
                     [l](const auto& emit) { emit({}, static_cast<double>(l->books().queued())); });
  registry_.callback(Kind::kGauge, "openclaw_secret_rollout_paused",
                     "1 for a shared Secret whose new value made an instance fail.", {"namespace", "secret"},
                     [l](const auto& emit) {
                       for (const kube::Key& secret : l->books().stopped()) emit({secret.ns, secret.name}, 1);
                     });
}

void Metrics::reconciled(const kube::Key& instance, std::string_view result, double seconds) {
  reconciles_.with({instance.name, instance.ns, std::string(result)}).add();
  durations_.with({instance.name, instance.ns}).observe(seconds);
}

void Metrics::rotated(const kube::Key& instance, std::string_view result) {
  rotations_.with({instance.ns, instance.name, std::string(result)}).add();
}

void Metrics::rollout_latency(double seconds) { latency_.with({}).observe(seconds); }

void Metrics::forget(const kube::Key& instance) {
  for (const std::string_view result : kResults) {
    reconciles_.remove({instance.name, instance.ns, std::string(result)});
    rotations_.remove({instance.ns, instance.name, std::string(result)});
  }
  durations_.remove({instance.name, instance.ns});
}

}  // namespace rotor::openclaw
