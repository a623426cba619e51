#include "openclaw/rollout/history.hpp"

#include <algorithm>
#include <ranges>

#include "base/time.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::json {
using namespace openclaw;

ROTOR_DESCRIBE(PastSecret, "A Secret that called for the restart.", field<&PastSecret::keys>("keys"),
               field<&PastSecret::every_key>("everyKey"), field<&PastSecret::digest>("digest"),
               field<&PastSecret::version>("version"), field<&PastSecret::copy>("copy"),
               field<&PastSecret::store_versions>("storeVersions"));

ROTOR_DESCRIBE(PastRestart, "A restart.", field<&PastRestart::at>("at"), field<&PastRestart::result>("result"),
               field<&PastRestart::why>("why"), field<&PastRestart::stopped>("stopped"),
               field<&PastRestart::secrets>("secrets"));

ROTOR_DESCRIBE(History, "Restarts, the newest last.", field<&History::restarts>("restarts", {.keep_empty = true}));

}  // namespace rotor::json

namespace rotor::openclaw {
namespace {

constexpr std::size_t kRestarts = 10;
constexpr std::size_t kKeys = 20;          // of one Secret
constexpr std::size_t kBytes = 16 * 1024;  // all annotations of an object share 256 KiB
constexpr std::size_t kDigest = 8;

constexpr std::string_view kReplacedResult = "replaced";
constexpr std::string_view kLateResult = "completed late";

std::string beginning_of(const std::string& digest) { return digest.substr(digest.find('-') + 1).substr(0, kDigest); }

bool brought_refused(const PastRestart& restart, const LastGood& record, const std::set<std::string>& secrets) {
  return std::ranges::any_of(restart.secrets, [&](const auto& entry) {
    const auto kept = record.secrets.find(entry.first);
    return secrets.contains(entry.first) && kept != record.secrets.end() && !kept->second.refused.empty() &&
           entry.second.digest == beginning_of(kept->second.refused);
  });
}

}  // namespace

bool PastRestart::goes_back() const {
  return std::ranges::any_of(secrets, [](const auto& entry) { return !entry.second.copy.empty(); });
}

std::string result_so_far(const PastRestart& restart, bool completed) {
  if (restart.result == kFailedResult && completed) return std::string(kLateResult);
  if (!restart.result.empty()) return restart.result;
  if (restart.goes_back()) return completed ? "went back" : "going back";
  return completed ? "completed" : "under way";
}

History parse_history(std::string_view annotation) {
  if (annotation.empty()) return {};
  auto history = json::read<History>(annotation);
  return history ? *std::move(history) : History{};
}

std::string history_text(const History& history) {
  return history.restarts.empty() ? std::string() : json::write(history);
}

PastRestart past_restart(const RotationWish& wish, WallTime at) {
  PastRestart out;
  out.at = format_time(at);
  for (const auto& [name, digest] : wish.changed) {
    PastSecret past;
    past.digest = beginning_of(digest);
    if (const auto content = wish.contents.find(name); content != wish.contents.end()) {
      past.version = content->second.version;
    }
    if (const auto versions = wish.store_versions.find(name); versions != wish.store_versions.end()) {
      past.store_versions = versions->second;
    }
    if (const auto reference = wish.references.find(name); reference != wish.references.end()) {
      past.every_key = reference->second.takes_every_key();
      for (const auto& [key, required] : reference->second.keys) {
        if (past.keys.size() < kKeys) past.keys.push_back(key);
      }
    }
    out.secrets.emplace(name, std::move(past));
  }
  return out;
}

PastRestart to_copies(PastRestart restart, const LastGood& record, const std::set<std::string>& secrets,
                      const History& history) {
  for (auto& [name, past] : restart.secrets) {
    const auto kept = record.secrets.find(name);
    if (!secrets.contains(name) || kept == record.secrets.end()) continue;
    past.copy = kept->second.copy;
    past.version.clear();  // of the Secret, which holds another value
    past.store_versions.clear();
    for (const PastRestart& before : history.restarts) {
      const auto same = before.secrets.find(name);
      const bool known = same != before.secrets.end() && same->second.digest == past.digest;
      if (known) past.store_versions = same->second.store_versions;
    }
  }
  return restart;
}

// One that another replaced before it could fail counts with that, as the values of both were tried together.
History with_refusals(History history, const LastGood& record, const std::set<std::string>& secrets) {
  for (PastRestart& restart : history.restarts | std::views::reverse) {
    const bool newest = &restart == &history.restarts.back();
    if (!newest && restart.result != kReplacedResult) break;
    if (!brought_refused(restart, record, secrets)) continue;
    restart.result = kRolledBackResult;
    restart.why = record.why;
  }
  return history;
}

std::string identity_of(PastRestart restart) {
  restart.result.clear();
  restart.why.clear();
  restart.stopped.clear();
  return json::write(restart);
}

History with_failure(History history, const RestartFailure& failure) {
  if (history.restarts.empty() || identity_of(history.restarts.back()) != failure.restart) return history;
  PastRestart& newest = history.restarts.back();
  if (newest.result.empty()) {
    newest.result = kFailedResult;
    newest.why = failure.why;
    newest.stopped = failure.stopped;
  }
  return history;
}

History with_restart(History history, PastRestart restart, bool completed) {
  auto& all = history.restarts;
  if (!all.empty()) {
    const bool open = all.back().result.empty() && !completed;
    all.back().result = open ? std::string(kReplacedResult) : result_so_far(all.back(), completed);
  }
  all.push_back(std::move(restart));
  while (all.size() > kRestarts || (all.size() > 1 && history_text(history).size() > kBytes)) all.erase(all.begin());
  return history;
}

}  // namespace rotor::openclaw
