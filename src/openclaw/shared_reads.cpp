#include "openclaw/shared_reads.hpp"

#include <algorithm>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "api/core/env_rules.hpp"
#include "api/externalsecrets/store_versions.hpp"
#include "base/log.hpp"

namespace rotor::openclaw {
namespace {

using Presence = ObservedSecret::Presence;

std::vector<std::string> unusable_values(const SecretReference& reference, const SecretMap& data) {
  std::vector<std::string> problems;
  for (const auto& [key, value] : data) {
    for (const std::string& variable : reference.variables_of(key)) {
      const std::string why = api::env_value_problem(variable, value);
      if (!why.empty()) problems.push_back(fmt::format("key \"{}\" for variable \"{}\" {}", key, variable, why));
    }
  }
  return problems;
}

constexpr std::size_t kMostVersions = 20;  // a history has no room for more

std::map<std::string, std::string, std::less<>> versions_seen(const SecretReference& reference,
                                                              const kube::StringMap& annotations) {
  std::map<std::string, std::string, std::less<>> out;
  const auto mark = annotations.find(api::es::kStoreVersionsAnnotation);
  if (mark == annotations.end()) return out;
  const api::es::StoreVersions versions = api::es::read_store_versions(mark->second);
  for (const auto& [key, sources] : versions.keys) {
    if (out.size() == kMostVersions) break;
    const bool consumed = reference.keys.contains(key) || !reference.variables_of(key).empty();
    if (consumed) out.emplace(key, api::es::version_text(versions, key));
  }
  return out;
}

}  // namespace

std::string absent_digest(const std::string& name, const SecretReference& reference, const Digester* digester) {
  return reference.required || digester == nullptr ? std::string() : digester->secret(name, reference, {});
}

ObservedSecret see_secret(const std::string& name, const SecretReference& reference, const SecretMap& data,
                          std::string version, const Digester* digester) {
  ObservedSecret seen;
  seen.presence = Presence::kPresent;
  seen.resource_version = std::move(version);
  seen.absent_digest = absent_digest(name, reference, digester);
  for (const auto& [key, required] : reference.keys) {
    if (required && !data.contains(key)) seen.missing_keys.push_back(key);
  }
  seen.unusable = unusable_values(reference, data);
  if (digester == nullptr) return seen;
  seen.digest = digester->secret(name, reference, data);
  if (!reference.in_place.empty()) seen.start_digest = digester->secret(name, reference.at_start(), data);
  seen.content = digester->content(data);
  return seen;
}

const ObservedSecret* SharedReads::answer_to(std::vector<Answer>& answers, const SecretReference& reference) {
  const auto found = std::ranges::find(answers, reference, &Answer::reference);
  if (found == answers.end()) return nullptr;
  found->asked = true;
  return &found->seen;
}

Task<ObservedSecret> SharedReads::observe(kube::Key secret, std::string version, SecretReference reference,
                                          std::shared_ptr<const Digester> digester) {
  const std::string key_id = digester == nullptr ? std::string() : digester->key_id();
  const Executor executor = co_await boost::asio::this_coro::executor;
  for (;;) {
    Entry& entry = entries_[secret];  // used up to the next await only
    entry.used = ++uses_;
    if (entry.version == version && entry.key_id == key_id) {
      if (const ObservedSecret* seen = answer_to(entry.answers, reference)) co_return *seen;
    }
    std::shared_ptr<Flight> flight = entry.flight;
    const bool joins = flight != nullptr;
    if (!joins) {
      flight = entry.flight = std::make_shared<Flight>(executor);
      flight->version = version;
      flight->key_id = key_id;
      for (const Answer& answer : entry.answers) {
        if (answer.asked && flight->answers.size() < kMostAnswers) flight->answers.push_back({answer.reference, {}});
      }
    }
    if (answer_to(flight->answers, reference) == nullptr) flight->answers.push_back({reference, {}, true});
    if (joins) {
      ++flight->waiting;
      co_await flight->landed.wait();
    } else {
      co_await fly(secret, flight, digester);
    }
    if (!flight->done || flight->version != version || flight->key_id != key_id) continue;
    if (const ObservedSecret* seen = answer_to(flight->answers, reference)) co_return *seen;
  }
}

// However it ends, who waits for it goes on.
Task<void> SharedReads::fly(kube::Key secret, std::shared_ptr<Flight> flight,
                            std::shared_ptr<const Digester> digester) {
  struct Landing {
    SharedReads& reads;
    const kube::Key& secret;
    Flight& flight;
    ~Landing() {
      if (const auto entry = reads.entries_.find(secret); entry != reads.entries_.end()) entry->second.flight.reset();
      while (flight.waiting-- > 0) flight.landed.notify_one();
    }
  };
  const Landing landing{*this, secret, *flight};
  const Result<api::Secret> found = co_await gate_.read(secret.ns, secret.name);
  if (!found && found.error().code != Code::kNotFound) {
    log::warn("cannot read a referenced Secret", {{"secret", secret.text()}, {"error", found.error().message}});
  }
  for (Answer& answer : flight->answers) {
    const SecretReference& reference = answer.reference;
    if (found) {
      answer.seen = see_secret(secret.name, reference, found->data, found->metadata.resource_version, digester.get());
      answer.seen.immutable = found->immutable.value_or(false);
      answer.seen.store_versions = versions_seen(reference, found->metadata.annotations);
      continue;
    }
    answer.seen.absent_digest = absent_digest(secret.name, reference, digester.get());
    if (found.error().code == Code::kNotFound) continue;
    answer.seen.presence = Presence::kUnreadable;
    answer.seen.error = found.error().message;
  }
  flight->done = true;
  if (found) keep(secret, *flight);
}

void SharedReads::keep(const kube::Key& secret, const Flight& flight) {
  Entry& entry = entries_[secret];
  entry.version = flight.version;
  entry.key_id = flight.key_id;
  entry.answers = flight.answers;
  if (entry.answers.size() > kMostAnswers) entry.answers.resize(kMostAnswers);
  if (entries_.size() <= kMostSecrets) return;
  const auto older = [](const auto& a, const auto& b) {
    return std::pair(a.second.flight != nullptr, a.second.used) < std::pair(b.second.flight != nullptr, b.second.used);
  };
  const auto oldest = std::ranges::min_element(entries_, older);
  if (oldest->second.flight == nullptr) entries_.erase(oldest);
}

}  // namespace rotor::openclaw
