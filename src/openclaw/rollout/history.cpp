#include "openclaw/rollout/history.hpp"

#include "base/time.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::json {
using namespace openclaw;

ROTOR_DESCRIBE(PastSecret, "A Secret that called for the restart.", field<&PastSecret::keys>("keys"),
               field<&PastSecret::every_key>("everyKey"), field<&PastSecret::digest>("digest"),
               field<&PastSecret::version>("version"), field<&PastSecret::store_versions>("storeVersions"));

ROTOR_DESCRIBE(PastRestart, "A restart.", field<&PastRestart::at>("at"), field<&PastRestart::result>("result"),
               field<&PastRestart::secrets>("secrets"));

ROTOR_DESCRIBE(History, "Restarts, the newest last.", field<&History::restarts>("restarts", {.keep_empty = true}));

}  // namespace rotor::json

namespace rotor::openclaw {
namespace {

constexpr std::size_t kRestarts = 10;
constexpr std::size_t kKeys = 20;          // of one Secret
constexpr std::size_t kBytes = 16 * 1024;  // all annotations of an object share 256 KiB
constexpr std::size_t kDigest = 8;

}  // namespace

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
    past.digest = digest.substr(digest.find('-') + 1).substr(0, kDigest);
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

History with_restart(History history, PastRestart restart, bool completed) {
  auto& all = history.restarts;
  if (!all.empty() && all.back().result.empty()) all.back().result = completed ? "completed" : "replaced";
  all.push_back(std::move(restart));
  while (all.size() > kRestarts || (all.size() > 1 && history_text(history).size() > kBytes)) all.erase(all.begin());
  return history;
}

}  // namespace rotor::openclaw
