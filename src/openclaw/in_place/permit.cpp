#include "openclaw/in_place/permit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/core/pod.hpp"
#include "base/log.hpp"
#include "json/document.hpp"
#include "openclaw/names.hpp"
#include "openclaw/proof/verdict.hpp"
#include "openclaw/way_out.hpp"

namespace rotor::openclaw {
namespace {

using ReloadStep = InPlaceAnswer::Step;

constexpr kube::Resource kToldPods = kube::kResource<api::Pod>;

std::string mark_patch(const std::string& mark) {
  const json::Object annotations{{kInPlaceMark, mark}};
  return json::serialize(json::Object{{"metadata", json::Object{{"annotations", annotations}}}});
}

Permit wait_for_answers(const RotationWish& wish, const std::vector<std::string>& pods, Duration left) {
  return {.verdict = Permit::Verdict::kWait,
          .reason = "SecretReloading",
          .message = fmt::format("The new value of {} is delivered without a restart: waiting for pod {} to show that "
                                 "it works; if it does not within {}, the pod restarts",
                                 secrets_and_keys(wish), fmt::join(pods, ", "), format_duration(kReloadDeadline)),
          .look_again = left};
}

}  // namespace

Task<Result<Permit>> InPlacePermit::ask(WishPtr wish) {
  if (!wish->in_place) co_return Permit{};
  const std::string digest = in_place_digest(wish->changed);
  const auto told_ago = [this](const PodGlimpse& pod) {
    return marks_.age(pod.metadata.key(), pod.mark, clock_.steady());
  };
  InPlaceAnswer answer = decide_in_place({.digest = digest, .pods = pods_of(*wish), .told_ago = told_ago});
  if (answer.step == ReloadStep::kDone) co_return Permit{.in_place = true};
  if (answer.step == ReloadStep::kRestart) co_return restart(*wish, answer.why);
  if (answer.step == ReloadStep::kWait) co_return wait_for_answers(*wish, answer.pods, answer.left);
  const std::string mark = mark_text({digest, clock_.now()});
  for (const std::string& pod : answer.pods) {
    const Result<void> told = co_await tell({wish->key().ns, pod}, mark);
    const bool refused = !told && (told.error().code == Code::kDenied || told.error().code == Code::kInvalid);
    if (refused) {
      co_return restart(*wish, fmt::format("pod {} cannot be told: {}", pod, with_way_out(told.error()).message));
    }
    if (!told) co_return std::unexpected(Error(told.error()).prefixed("delivering a value in place"));
  }
  co_return wait_for_answers(*wish, answer.pods, kReloadDeadline);
}

// Those of the newest template: others are on their way out.
std::vector<kube::Cache<PodGlimpse>::Ptr> InPlacePermit::pods_of(const RotationWish& wish) const {
  std::vector<kube::Cache<PodGlimpse>::Ptr> found;
  const auto document = wish.live == nullptr ? json::Value(nullptr) : json::parse(wish.live->text.unpack());
  const std::string newest(document ? json::find_string(*document, "status.updateRevision") : std::string_view());
  const kube::Key prefix{wish.key().ns, wish.key().name + "-"};
  for (auto it = view_.pods.all().lower_bound(prefix); it != view_.pods.all().end(); ++it) {
    if (it->first.ns != prefix.ns || !it->first.name.starts_with(prefix.name)) break;
    const auto pod = view_.pods.get(it->first);  // as it was told, though the watch has not shown that yet
    if (pod->instance == wish.key().name && pod->revision == newest && !pod->deleting) found.push_back(pod);
  }
  return found;
}

// A pod that has gone needs no values, and the next one starts with them.
Task<Result<void>> InPlacePermit::tell(kube::Key pod, std::string mark) {
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  const Result<SecretBytes> body = co_await client_.patch(kToldPods, pod, kube::PatchType::kMerge,
                                                          SecretBytes(mark_patch(mark)), std::move(options));
  if (!body && body.error().code == Code::kNotFound) co_return Result<void>{};
  if (!body) co_return std::unexpected(body.error());
  CO_TRY_VOID(view_.pods.wrote(*body));
  co_return Result<void>{};
}

Permit InPlacePermit::restart(const RotationWish& wish, const std::string& why) {
  std::string& told = told_[wish.key()];
  if (told == why) return {};
  told = why;
  log::warn("a value could not be delivered in place", {{"instance", wish.key().text()}, {"why", why}});
  events_.record(kube::reference_to(*wish.instance), kube::EventRecorder::Type::kWarning, "ReloadFailed",
                 fmt::format("The new value of {} could not be delivered without a restart ({}): the pod restarts",
                             secrets_and_keys(wish), why));
  return {};
}

}  // namespace rotor::openclaw
