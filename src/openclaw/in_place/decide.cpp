#include "openclaw/in_place/decide.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rotor::openclaw {
namespace {

using ReloadStep = InPlaceAnswer::Step;

struct Stand {
  enum class Is : std::uint8_t { kUntold, kOpen, kGood, kBad } is = Is::kUntold;
  std::string why{};
  Duration left{};
};

Stand stand_of(const InPlaceCase& in, const PodGlimpse& pod) {
  const auto mark = parse_mark(pod.mark);
  if (!mark || mark->digest != in.digest) return {};
  if (!pod.report.mark.empty() && pod.report.mark == pod.mark) {
    if (pod.report.result == "ok") return {Stand::Is::kGood, {}, {}};
    return {Stand::Is::kBad, words_for(pod.report.result), {}};
  }
  const Duration left = kReloadDeadline - in.told_ago(pod);
  if (left > Duration::zero()) return {Stand::Is::kOpen, {}, left};
  return {Stand::Is::kBad, fmt::format("no answer within {}", format_duration(kReloadDeadline)), {}};
}

}  // namespace

InPlaceAnswer decide_in_place(const InPlaceCase& in) {
  InPlaceAnswer tell{.step = ReloadStep::kTell};
  InPlaceAnswer wait{.step = ReloadStep::kWait};
  for (const auto& pod : in.pods) {
    const std::string& name = pod->metadata.name;
    if (!pod->reloads) return {ReloadStep::kRestart, {name}, fmt::format("pod {} cannot read them again", name)};
    Stand stand = stand_of(in, *pod);
    if (stand.is == Stand::Is::kBad) return {ReloadStep::kRestart, {name}, fmt::format("pod {}: {}", name, stand.why)};
    if (stand.is == Stand::Is::kUntold) tell.pods.push_back(name);
    if (stand.is != Stand::Is::kOpen) continue;
    wait.left = wait.pods.empty() ? stand.left : std::min(wait.left, stand.left);
    wait.pods.push_back(name);
  }
  if (!tell.pods.empty()) return tell;
  return wait.pods.empty() ? InPlaceAnswer{} : wait;
}

bool is_reload_news(const PodGlimpse* before, const PodGlimpse* after) {
  const bool concerns = (before != nullptr && before->reloads) || (after != nullptr && after->reloads);
  if (!concerns) return false;
  if (before == nullptr || after == nullptr) return true;
  return !(before->report == after->report) || before->deleting != after->deleting;
}

}  // namespace rotor::openclaw
