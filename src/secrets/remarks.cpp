#include "secrets/remarks.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "secrets/failure_event.hpp"

namespace rotor::secrets {
namespace {

// Times of events are whole seconds, and one look's may be written around the end of one.
constexpr auto kOneLook = std::chrono::seconds(1);

bool is_remark(const kube::Event& event) { return event.reason == kRemark || warns(event.reason); }

}  // namespace

bool warns(std::string_view reason) { return reason == kUnknownField || reason == kValueAltered; }

std::vector<Remark> RemarkLedger::due(const kube::Key& about, std::vector<Remark> remarks, SteadyTime now) {
  const auto it = told_.find(about);
  if (remarks.empty()) {
    if (it == told_.end()) return {};
    told_.erase(it);
    return {{kRemarkOver, "what was remarked on is no longer so"}};
  }
  if (it != told_.end() && it->second.remarks == remarks && now - it->second.at < kToldAgainAfter) return {};
  told_.insert_or_assign(about, Told{remarks, now});
  return remarks;
}

std::string standing_remarks(std::vector<const kube::Event*> about_it) {
  std::erase_if(about_it, [](const auto* event) { return !is_remark(*event) && event->reason != kRemarkOver; });
  std::ranges::sort(about_it, earlier_event);
  const auto over = std::find_if(about_it.rbegin(), about_it.rend(),
                                 [](const kube::Event* event) { return event->reason == kRemarkOver; });
  about_it.erase(about_it.begin(), over.base());
  if (about_it.empty()) return {};
  const WallTime last = event_time(*about_it.back());
  std::vector<std::string_view> texts;
  for (const kube::Event* event : about_it) {
    if (event_time(*event) >= last - kOneLook) texts.push_back(event->message);
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace rotor::secrets
