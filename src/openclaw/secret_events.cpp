#include "openclaw/secret_events.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "openclaw/view.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::ptrdiff_t kEventsAtOnce = 10;

// Is that something else than what was said before?
bool is_news(std::string now, std::string& said) {
  if (now == said) return false;
  said = std::move(now);
  return true;
}

std::string missing_message(const std::string& missing, const References& references) {
  const auto reference = references.find(missing);
  if (reference == references.end()) return fmt::format("Secret {} referenced in env is not found", missing);
  const SecretReference& how = reference->second;
  const std::string_view where = how.takes_every_key() ? "envFrom" : how.variables.empty() ? "volumes" : "env";
  return fmt::format("Secret \"{}\" referenced in {} is not found", missing, where);
}

}  // namespace

void tell_trouble(kube::EventRecorder& events, const api::OpenClawInstance& instance, const RotationDecision& decision,
                  Memory& memory) {
  const auto warn = [&](std::string reason, std::string message) {
    events.record(kube::reference_to(instance), kube::EventRecorder::Type::kWarning, std::move(reason),
                  std::move(message));
  };
  if (is_news(fmt::format("{}", fmt::join(decision.missing, ", ")), memory.said_missing)) {
    for (const std::string& missing : decision.missing | std::views::take(kEventsAtOnce)) {
      warn("SecretNotFound", missing_message(missing, memory.references));
    }
  }
  if (is_news(fmt::format("{}", fmt::join(decision.unusable, "\n")), memory.said_unusable)) {
    for (const std::string& problem : decision.unusable | std::views::take(kEventsAtOnce)) {
      warn("SecretUnusable", problem + "; no pod is started or restarted with it");
    }
  }
}

void tell_missing(kube::EventRecorder& events, const api::OpenClawInstance& instance, const Finding& finding,
                  Memory& memory) {
  if (finding.event.empty() || !is_news(finding.message, memory.said_missing)) return;
  events.record(kube::reference_to(instance), kube::EventRecorder::Type::kWarning, finding.event, finding.message);
}

void tell_immutable(kube::EventRecorder& events, const api::OpenClawInstance& instance, const RotationWish& wish) {
  for (const std::string& name : wish.frozen) {
    events.record(
        kube::reference_to(instance), kube::EventRecorder::Type::kWarning, "SecretImmutable",
        fmt::format("Secret \"{}\" was made anew and is immutable, or was: a node hands out the values it knows "
                    "as long as any of its pods refers to that name. Give the new values another name; of a "
                    "Secret that was never `immutable` nodes see every change",
                    name));
  }
}

void tell_permit(kube::EventRecorder& events, const api::OpenClawInstance& instance, const Permit& permit,
                 Memory& memory) {
  const bool tells = permit.verdict == Permit::Verdict::kRefuse || permit.warns;
  if (!is_news(tells ? permit.reason + "\n" + permit.message : std::string(), memory.said_permit) || !tells) return;
  events.record(kube::reference_to(instance), kube::EventRecorder::Type::kWarning, permit.reason, permit.message);
}

}  // namespace rotor::openclaw
