#include "local/values/values_provider.hpp"

#include <fmt/format.h>

#include "providers/common/property.hpp"
#include "template/go/regex.hpp"
#include "template/lookup.hpp"

namespace rotor::local {
namespace {

using namespace providers;

class ValuesClient final : public SecretsClient {
 public:
  ValuesClient(const Values& values, std::string store) : values_(values), store_(std::move(store)) {}

  Task<Validation> validate() override { co_return Validation{}; }

  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override { co_return look_up(ref); }

  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override {
    const std::string key = ref.key;
    CO_LOOKUP(const SecretBytes document, look_up(ref));
    auto members = tmpl::extract_members(document);
    if (members) co_return *std::move(members);
    co_return fail(Code::kInvalid,
                   fmt::format("key \"{}\" of the values file is no JSON object, and dataFrom.extract makes a key of "
                               "every member: write a mapping there, or read the key with spec.data",
                               key));
  }

  Task<Lookup<SecretMap>> get_all(FindRequest find) override {
    if (find.tags) co_return fail(Code::kInvalid, "find.tags: a values file has no tags; use find.name or find.path");
    SecretMap out = values_.all(store_);
    if (find.path) std::erase_if(out, [&find](const auto& entry) { return !entry.first.starts_with(*find.path); });
    if (find.name_regexp) {
      CO_TRY(const tmpl::Regex pattern, tmpl::Regex::compile(*find.name_regexp));
      std::erase_if(out, [&pattern](const auto& entry) { return !pattern.matches(entry.first); });
    }
    co_return out;
  }

 private:
  Lookup<SecretBytes> look_up(const RemoteRef& ref) const {
    const SecretBytes* value = values_.find(store_, ref.key);
    if (value == nullptr) return Absent{fmt::format("the values file has no key \"{}\"; add it there", ref.key)};
    auto found = property_of(
        tmpl::LookupRule::kKeyThenPath, *value, ref.property,
        fmt::format("key \"{}\" of the values file has no property \"{}\"; add it there", ref.key, ref.property));
    // As with the stores it answers for: the secret is there, so that is a mistake and deletes nothing.
    if (found.absent()) return fail(Code::kInvalid, found.absence().what);
    return found;
  }

  const Values& values_;
  std::string store_;
};

class ValuesProvider final : public Provider {
 public:
  explicit ValuesProvider(const Values& values) : values_(values) {}

  Capability capability() const override { return Capability::kReadOnly; }
  int calls_per_second(const Store&) const override { return 0; }
  Result<std::vector<std::string>> validate_store(const Store&) const override { return std::vector<std::string>{}; }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    co_return make_values_client(values_, context.store.name);
  }

 private:
  const Values& values_;
};

}  // namespace

std::unique_ptr<Provider> make_values_provider(const Values& values) {
  return std::make_unique<ValuesProvider>(values);
}

std::unique_ptr<SecretsClient> make_values_client(const Values& values, std::string store) {
  return std::make_unique<ValuesClient>(values, std::move(store));
}

}  // namespace rotor::local
