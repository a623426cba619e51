#include "openclaw/rotation_key.hpp"

#include <fmt/format.h>

#include "api/core/secret.hpp"
#include "base/hash.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr auto kAskAgain = std::chrono::seconds(5);

using Answer = Result<std::shared_ptr<const Digester>>;

}  // namespace

Task<Answer> RotationKey::get() {
  if (digester_ != nullptr) co_return digester_;
  if (failure_ && clock_.steady() < ask_again_) co_return std::unexpected(*failure_);
  Answer answer = co_await read_or_make();
  if (answer) {
    digester_ = *answer;
    failure_.reset();
    co_return answer;
  }
  failure_ = std::move(answer).error().prefixed(fmt::format("Secret {}", where_.text()));
  ask_again_ = clock_.steady() + kAskAgain;
  co_return std::unexpected(*failure_);
}

Task<Answer> RotationKey::read_or_make() {
  Answer found = co_await read();
  if (found || found.error().code != Code::kNotFound) co_return found;
  const Result<void> made = co_await make();
  // Another replica was faster: its key is the key.
  if (!made && made.error().code != Code::kAlreadyExists) co_return std::unexpected(made.error());
  co_return co_await read();
}

Task<Answer> RotationKey::read() {
  CO_TRY(api::Secret secret, co_await kube::get<api::Secret>(client_, where_));
  const auto value = secret.data.find(kField);
  if (value == secret.data.end() || value->second.size() != kKeyBytes) {
    co_return fail(Code::kInvalid,
                   fmt::format("has no {} bytes under \"{}\": delete it to have a new one made", kKeyBytes, kField));
  }
  co_return std::make_shared<const Digester>(std::move(value->second));
}

Task<Result<void>> RotationKey::make() {
  api::Secret secret;
  secret.metadata.name = where_.name;
  secret.metadata.ns = where_.ns;
  secret.metadata.labels.emplace(kManagedBy, kOperatorName);
  secret.type = "Opaque";
  std::string bytes = random_bytes(kKeyBytes);
  secret.data.emplace(kField, SecretBytes(bytes));
  wipe(bytes.data(), bytes.size());
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  CO_TRY_VOID(co_await kube::create<api::Secret>(client_, std::move(secret), std::move(options)));
  co_return Result<void>{};
}

}  // namespace rotor::openclaw
