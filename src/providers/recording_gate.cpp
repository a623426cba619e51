#include "providers/recording_gate.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/side_by_side.hpp"
#include "providers/common/cache_key.hpp"

namespace rotor::providers {
namespace {

using api::es::SecretKeySelector;
using api::es::ServiceAccountSelector;
using OptionalText = std::optional<std::string>;

constexpr std::size_t kLooksAtOnce = 8;

// No digest: nothing is known of the value.
constexpr std::string_view kUnread = "?";

std::string digest_of(const Error& error) {
  const auto none = {Code::kUnavailable, Code::kTimeout, Code::kThrottled, Code::kCancelled};
  return std::string(std::ranges::find(none, error.code) == none.end() ? std::string_view() : kUnread);
}

std::string digest(const Result<SecretBytes>& value) {
  return value ? CacheKey().add(*value).digest() : digest_of(value.error());
}
std::string digest(const Result<kube::StringMap>& texts) {
  if (!texts) return digest_of(texts.error());
  CacheKey key;
  for (const auto& [name, value] : *texts) key.add(name).add(value);
  return key.digest();
}
std::string digest(const Result<std::vector<std::string>>& names) {
  if (!names) return digest_of(names.error());
  CacheKey key;
  for (const std::string& name : *names) key.add(name);
  return key.digest();
}

Task<std::string> digest_of_secret(ReferenceGate& gate, Scope scope, SecretKeySelector ref) {
  co_return digest(co_await gate.secret_value(std::move(scope), std::move(ref)));
}
Task<std::string> digest_of_config_map(ReferenceGate& gate, Scope scope, std::string name, OptionalText ns) {
  co_return digest(co_await gate.config_map(std::move(scope), std::move(name), std::move(ns)));
}
Task<std::string> digest_of_annotations(ReferenceGate& gate, Scope scope, ServiceAccountSelector ref) {
  co_return digest(co_await gate.service_account_annotations(std::move(scope), std::move(ref)));
}
Task<std::string> digest_of_account_secrets(ReferenceGate& gate, Scope scope, ServiceAccountSelector ref) {
  co_return digest(co_await gate.service_account_secrets(std::move(scope), std::move(ref)));
}

}  // namespace

void RecordingGate::note(std::function<Task<Digest>()> again, Digest was) {
  if (noting_) reads_.push_back({std::move(again), std::move(was)});
}

Task<Result<SecretBytes>> RecordingGate::secret_value(Scope scope, SecretKeySelector ref) {
  auto value = co_await real_.secret_value(scope, ref);
  note([&gate = real_, scope, ref] { return digest_of_secret(gate, scope, ref); }, digest(value));
  co_return std::move(value);
}

Task<Result<kube::StringMap>> RecordingGate::config_map(Scope scope, std::string name, OptionalText ns) {
  auto texts = co_await real_.config_map(scope, name, ns);
  note([&gate = real_, scope, name, ns] { return digest_of_config_map(gate, scope, name, ns); }, digest(texts));
  co_return std::move(texts);
}

Task<Result<kube::StringMap>> RecordingGate::service_account_annotations(Scope scope, ServiceAccountSelector ref) {
  auto annotations = co_await real_.service_account_annotations(scope, ref);
  note([&gate = real_, scope, ref] { return digest_of_annotations(gate, scope, ref); }, digest(annotations));
  co_return std::move(annotations);
}

Task<Result<std::vector<std::string>>> RecordingGate::service_account_secrets(Scope scope, ServiceAccountSelector ref) {
  auto names = co_await real_.service_account_secrets(scope, ref);
  note([&gate = real_, scope, ref] { return digest_of_account_secrets(gate, scope, ref); }, digest(names));
  co_return std::move(names);
}

Task<Result<kube::IssuedToken>> RecordingGate::service_account_token(Scope scope, ServiceAccountSelector ref,
                                                                     kube::TokenRequest request) {
  co_return co_await real_.service_account_token(std::move(scope), std::move(ref), std::move(request));
}

Task<Result<void>> RecordingGate::look(std::size_t i) {
  const std::string now = co_await reads_[i].again();
  if (now == kUnread) co_return fail(Code::kUnavailable, "it was not read");
  if (now == reads_[i].was) co_return Result<void>();
  co_return fail(Code::kConflict, "it was changed");
}

Task<RecordingGate::Same> RecordingGate::same_as_noted() {
  const auto same = co_await side_by_side(reads_.size(), kLooksAtOnce, [this](std::size_t i) { return look(i); });
  if (same) co_return Same::kYes;
  co_return same.error().code == Code::kConflict ? Same::kNo : Same::kUnknown;
}

}  // namespace rotor::providers
