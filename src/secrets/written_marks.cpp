#include "secrets/written_marks.hpp"

#include "secrets/inputs.hpp"
#include "secrets/made_mark.hpp"
#include "secrets/marks.hpp"
#include "secrets/value_changes.hpp"

namespace rotor::secrets {
namespace {

using Action = Plan::Action;

void put(api::Secret& secret, std::string_view name, std::string mark) {
  secret.metadata.annotations.erase(std::string(name));
  if (!mark.empty()) secret.metadata.annotations.emplace(name, std::move(mark));
}

void note_changes(api::Secret& secret, const SecretMap& before, const StoreVersions& versions, WallTime now) {
  std::string& mark = secret.metadata.annotations[std::string(kValueChangesAnnotation)];
  mark = write_value_changes(changes_after(read_value_changes(mark), before, secret.data, now, versions));
}

// Where the same inputs give the same values there is nothing to go on with.
std::string made_mark(const ExternalSecret& es, const Origin& origin) {
  const bool may_differ = has_generators(es) || may_vary(es);
  return may_differ && origin.started != WallTime{} ? write_made_mark(es, origin.started, origin.digest) : "";
}

// nullopt: it stays as it is. An immutable Secret keeps the values of its first write, whatever its stores have.
std::optional<std::string> versions_after(const ExternalSecret& es, const Target* live, const Origin& origin,
                                          const Plan& plan) {
  const bool keeps_data = live != nullptr && es.spec.target.immutable;
  if (!plan.has_secret || keeps_data) return std::nullopt;
  if (origin.kind == Content::Kind::kNew) return versions_mark(es, live, origin.versions);
  return write_store_versions(versions_of_now(versions_on(live), origin.read));
}

}  // namespace

Origin origin_of(const Content& content) {
  return {content.kind, content.started, content.digest, content.versions, content.read};
}

bool changes_values(const Plan& plan, const Target* live) {
  if (plan.action == Action::kCreate) return true;
  if (plan.action != Action::kUpdate) return false;
  return plan.secret.metadata.annotations.at(std::string(kDataHashAnnotation)) != live->actual_hash;
}

void put_marks(const ExternalSecret& es, const Target* live, const SecretMap& before, const Origin& origin,
               WallTime now, Plan& plan) {
  const bool writes =
      plan.action == Action::kCreate || plan.action == Action::kUpdate || plan.action == Action::kUpdateAround;
  if (!writes) return;
  if (changes_values(plan, live)) {
    note_changes(plan.secret, before, versions_on(live), now);
    put(plan.secret, kMadeAnnotation, made_mark(es, origin));
  }
  if (auto versions = versions_after(es, live, origin, plan)) {
    put(plan.secret, api::es::kStoreVersionsAnnotation, *std::move(versions));
  }
}

std::optional<std::string> other_versions(const ExternalSecret& es, const Target* live, const Origin& origin,
                                          const Plan& plan) {
  const std::string* mark = live == nullptr ? nullptr : live->annotation(api::es::kStoreVersionsAnnotation);
  if (plan.action != Action::kLeave || mark == nullptr) return std::nullopt;
  auto versions = versions_after(es, live, origin, plan);
  return versions == *mark ? std::nullopt : versions;
}

}  // namespace rotor::secrets
