#include "openclaw/in_place/permit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/core/pod.hpp"
#include "api/core/secret.hpp"
#include "base/log.hpp"
#include "json/document.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/in_place/told_pods.hpp"
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

// The watch is behind, and shows the next pass what there is.
Permit not_what_was_asked_for() { return {.verdict = Permit::Verdict::kWait, .look_again = std::chrono::seconds(1)}; }

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
  const auto document = wish->live == nullptr ? json::Value(nullptr) : json::parse(wish->live->text.unpack());
  const std::string newest(document ? json::find_string(*document, "status.updateRevision") : std::string_view());
  InPlaceAnswer answer =
      decide_in_place({.digest = digest, .pods = pods_of_revision(view_, wish->key(), newest), .told_ago = told_ago});
  if (answer.step == ReloadStep::kDone) co_return Permit{.in_place = true};
  if (answer.step == ReloadStep::kRestart) co_return restart(*wish, answer.why);
  if (answer.step == ReloadStep::kWait) co_return wait_for_answers(*wish, answer.pods, answer.left);
  co_return co_await tell_all(wish, std::move(answer.pods), digest);
}

Task<Result<Permit>> InPlacePermit::tell_all(WishPtr wish, std::vector<std::string> pods, std::string digest) {
  Result<std::string> values = co_await name_values(wish);
  const Code trouble = values ? Code::kCancelled : values.error().code;
  if (trouble == Code::kConflict || trouble == Code::kNotFound) co_return not_what_was_asked_for();
  if (trouble == Code::kInvalid) co_return restart(*wish, values.error().message);
  if (!values) co_return std::unexpected(Error(values.error()).prefixed("delivering a value in place"));
  const std::string mark = mark_text({std::move(digest), clock_.now(), *std::move(values)});
  for (const std::string& pod : pods) {
    const Result<void> told = co_await tell({wish->key().ns, pod}, mark);
    const bool refused = !told && (told.error().code == Code::kDenied || told.error().code == Code::kInvalid);
    if (refused) {
      co_return restart(*wish, fmt::format("pod {} cannot be told: {}", pod, with_way_out(told.error()).message));
    }
    if (!told) co_return std::unexpected(Error(told.error()).prefixed("delivering a value in place"));
  }
  co_return wait_for_answers(*wish, pods, kReloadDeadline);
}

// What the pods may load, and nothing that came after leave was given for it: kConflict then. kInvalid: there is
// nothing to name it with.
Task<Result<std::string>> InPlacePermit::name_values(WishPtr wish) {
  SecretMap by_variable;
  for (const auto& [name, content] : wish->contents) {
    CO_TRY(const api::Secret secret, co_await gate_.read(wish->key().ns, name));
    if (secret.metadata.resource_version != content.version) co_return fail(Code::kConflict, "changed meanwhile");
    for (const auto& [variable, key] : delivered_keys(wish->wanted.spec.pod_template.spec, name)) {
      const auto value = secret.data.find(key);
      if (value != secret.data.end()) by_variable.emplace(variable, value->second);
    }
  }
  const std::string holder = gateway_secret_name(*wish->instance);
  CO_TRY(const api::Secret gateway, co_await gate_.read(wish->key().ns, holder));
  const auto token = gateway.data.find(kTokenKey);
  if (token == gateway.data.end() || token->second.empty()) {
    co_return fail(Code::kInvalid, fmt::format("Secret {} has no {} to name values by", holder, kTokenKey));
  }
  co_return named_values(token->second, by_variable);
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
