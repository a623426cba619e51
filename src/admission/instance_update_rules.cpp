#include <fmt/format.h>

#include "admission/instance_rules.hpp"
#include "base/duration.hpp"

namespace rotor::admission {
namespace {

struct Range {
  std::string_view path;
  Duration least, most;
};

void duration_within(const SpecReader& spec, const Range& range, InstanceFindings& out) {
  const std::string_view text = spec.text(range.path);
  if (text.empty()) return;
  const Result<Duration> duration = parse_duration(text);
  if (duration && *duration >= range.least && *duration <= range.most) return;
  out.deny(fmt::format("spec.{} \"{}\" {}: write a duration from {} to {}", range.path, text.substr(0, 64),
                       duration ? "is out of range" : "is no duration", format_duration(range.least),
                       format_duration(range.most)));
}

}  // namespace

void judge_check_interval(const SpecReader& spec, InstanceFindings& out) {
  duration_within(spec, {"autoUpdate.checkInterval", std::chrono::hours(1), std::chrono::hours(168)}, out);
  if (spec.on("autoUpdate.enabled") && !spec.text("image.digest").empty()) {
    out.warn("spec.autoUpdate is enabled and spec.image.digest is set: the digest overrides every update");
  }
}

void judge_health_check_timeout(const SpecReader& spec, InstanceFindings& out) {
  duration_within(spec, {"autoUpdate.healthCheckTimeout", std::chrono::minutes(2), std::chrono::minutes(30)}, out);
}

void judge_suspension(const SpecReader& spec, InstanceFindings& out) {
  if (!spec.on("suspended") || !spec.on("availability.autoScaling.enabled")) return;
  out.deny("spec.suspended and spec.availability.autoScaling.enabled are mutually exclusive: switch one of them off");
}

}  // namespace rotor::admission
