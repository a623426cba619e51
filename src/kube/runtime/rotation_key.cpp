#include "kube/runtime/rotation_key.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"

namespace rotor::kube {

// As much of a Secret as the key needs; the whole kind is api/'s.
struct KeySecret {
  std::string api_version = "v1";
  std::string kind = "Secret";
  ObjectMeta metadata{};
  SecretMap data{};
  std::string type{};
};

template <>
inline constexpr Resource kResource<KeySecret> = {"", "v1", "secrets", "Secret", true};

}  // namespace rotor::kube

namespace rotor::json {

ROTOR_DESCRIBED(kube::KeySecret);
ROTOR_DESCRIBE(kube::KeySecret, "The Secret that holds the key.", field<&kube::KeySecret::api_version>("apiVersion"),
               field<&kube::KeySecret::kind>("kind"), field<&kube::KeySecret::metadata>("metadata"),
               field<&kube::KeySecret::data>("data"), field<&kube::KeySecret::type>("type"));

}  // namespace rotor::json

namespace rotor::kube {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr auto kAskAgain = std::chrono::seconds(5);
constexpr std::string_view kMaker = "openclaw-operator";

using Answer = Result<std::shared_ptr<const DigestKey>>;

}  // namespace

Task<Answer> RotationKey::get() {
  if (key_ != nullptr) co_return key_;
  if (failure_ && clock_.steady() < ask_again_) co_return std::unexpected(*failure_);
  Answer answer = co_await read_or_make();
  if (answer) {
    key_ = *answer;
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
  CO_TRY(KeySecret secret, co_await kube::get<KeySecret>(client_, where_));
  const auto value = secret.data.find(kField);
  if (value == secret.data.end() || value->second.size() != kKeyBytes) {
    co_return fail(Code::kInvalid,
                   fmt::format("has no {} bytes under \"{}\": delete it to have a new one made", kKeyBytes, kField));
  }
  co_return std::make_shared<const DigestKey>(std::move(value->second));
}

Task<Result<void>> RotationKey::make() {
  KeySecret secret;
  secret.metadata.name = where_.name;
  secret.metadata.ns = where_.ns;
  secret.metadata.labels.emplace("app.kubernetes.io/managed-by", kMaker);
  secret.type = "Opaque";
  std::string bytes = random_bytes(kKeyBytes);
  secret.data.emplace(kField, SecretBytes(bytes));
  wipe(bytes.data(), bytes.size());
  WriteOptions options;
  options.field_manager = kMaker;
  CO_TRY_VOID(co_await kube::create<KeySecret>(client_, std::move(secret), std::move(options)));
  co_return Result<void>{};
}

}  // namespace rotor::kube
