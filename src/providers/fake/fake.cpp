#include "providers/fake/fake.hpp"

#include <map>

#include <fmt/format.h>

#include "providers/common/name_filter.hpp"
#include "providers/common/property.hpp"
#include "providers/writer.hpp"
#include "template/keys.hpp"

namespace rotor::providers {

struct FakeEntry {
  std::string key;
  json::SecretText value;
  std::string version;
};
struct FakeConfig {
  std::vector<FakeEntry> data;
  std::int64_t validation_result = 0;
};

}  // namespace rotor::providers

namespace rotor::json {

using providers::FakeConfig;
using providers::FakeEntry;

ROTOR_DESCRIBE(FakeEntry, "A value and the name it is read by.",
               field<&FakeEntry::key>("key", {.required = true, .doc = "Name of the secret."}),
               field<&FakeEntry::value>("value", {.required = true, .doc = "Its value."}),
               field<&FakeEntry::version>("version", {.doc = "Its version; reads must name it."}));

ROTOR_DESCRIBE(FakeConfig, "Values written in the store itself.",
               field<&FakeConfig::data>("data", {.required = true, .doc = "The values."}),
               field<&FakeConfig::validation_result>("validationResult", {.doc = "0 Ready, 1 Unknown, 2 Error."}));

}  // namespace rotor::json

namespace rotor::providers {
namespace {

Result<FakeConfig> read_config(const Store& store) {
  auto config = json::read<FakeConfig>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.fake"));
  return config;
}

std::string no_property(const RemoteRef& ref) {
  return fmt::format("Secret does not exist: key \"{}\" has no property \"{}\"", ref.key, ref.property);
}

struct Stored {
  SecretBytes value;
  std::string version;
  bool pushed = false;
};

// The values of one store: from its spec, renewed when that changes, and pushed ones, which stay until the process
// ends.
class FakeDatabase {
 public:
  bool is_of(const json::Raw& config) const { return config == config_; }
  std::int64_t validation_result() const { return validation_result_; }

  void renew(const json::Raw& text, const FakeConfig& config) {
    config_ = text;
    validation_result_ = config.validation_result;
    std::erase_if(entries_, [](const auto& entry) { return !entry.second.pushed; });
    for (const FakeEntry& entry : config.data) {
      entries_.insert_or_assign(entry.key + entry.version, Stored{entry.value.value, entry.version, false});
    }
    names_.clear();
    for (const FakeEntry& entry : config.data) names_[entry.key].push_back(entry.version);
  }

  const Stored* find(const std::string& key, const std::string& version) const {
    const auto it = entries_.find(key + version);
    return it == entries_.end() || it->second.version != version ? nullptr : &it->second;
  }

  Result<void> push(const std::string& key, SecretBytes value) {
    const auto it = entries_.find(key);
    if (it != entries_.end() && !it->second.pushed) return fail(Code::kAlreadyExists, "key already exists");
    entries_.insert_or_assign(key, Stored{std::move(value), "", true});
    return {};
  }

  // Every name with its bytewise greatest version.
  std::map<std::string, const Stored*> latest() const {
    std::map<std::string, const Stored*> all;
    for (const auto& [name, versions] : names_) {
      for (const std::string& version : versions) {
        const Stored* stored = find(name, version);
        if (stored != nullptr && (all[name] == nullptr || all[name]->version < version)) all[name] = stored;
      }
    }
    for (const auto& [id, stored] : entries_) {
      if (stored.pushed) all[id] = &stored;
    }
    return all;
  }

 private:
  json::Raw config_;
  std::int64_t validation_result_ = 0;
  std::map<std::string, Stored> entries_;  // by key and version, one after the other
  std::map<std::string, std::vector<std::string>> names_;
};

class FakeClient final : public SecretsClient, public SecretsWriter {
 public:
  explicit FakeClient(FakeDatabase& database) : database_(database) {}

  Task<Validation> validate() override {
    if (database_.validation_result() == 0) co_return Validation{};
    Error error{Code::kInvalid, "unable to validate"};
    co_return Validation{database_.validation_result() == 1 ? Validity::kUnknown : Validity::kError, std::move(error)};
  }

  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override { co_return read(ref); }

  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override {
    co_return extracted(read(ref), ref, "unable to unmarshal secret");
  }

  Task<Lookup<SecretMap>> get_all(FindRequest find) override {
    if (!find.name_regexp) {
      co_return fail(Code::kInvalid, "unsupported find operator: the fake provider finds by name.regexp only");
    }
    CO_TRY(const NameFilter filter, NameFilter::make(find.name_regexp));
    SecretMap found;
    for (const auto& [name, stored] : database_.latest()) {
      if (filter.wants(name)) found.emplace(name, stored->value);
    }
    co_return tmpl::convert_keys(std::move(found), find.conversion_strategy);
  }

  SecretsWriter* writer() override { return this; }

  Task<Result<void>> push(PushSource source, PushTarget target) override {
    const auto it = source.data.find(target.secret_key);
    SecretBytes value;
    if (it != source.data.end()) value = std::move(it->second);
    co_return database_.push(target.remote_key, std::move(value));
  }
  Task<Result<void>> remove(std::string, std::string) override { co_return Result<void>(); }
  Task<Result<bool>> exists(std::string remote_key, std::string) override {
    co_return database_.find(remote_key, "") != nullptr;
  }

 private:
  Lookup<SecretBytes> read(const RemoteRef& ref) const {
    const Stored* stored = database_.find(ref.key, ref.version);
    if (stored == nullptr) return Absent{"Secret does not exist"};
    Lookup<SecretBytes> found =
        ref.property.empty() ? Lookup<SecretBytes>(stored->value)
                             : property_of(tmpl::LookupRule::kPath, stored->value, ref.property, no_property(ref));
    return std::move(found).of_version(stored->version);
  }

  FakeDatabase& database_;
};

class FakeProvider final : public Provider {
 public:
  Capability capability() const override { return Capability::kReadWrite; }
  Maintenance maintenance() const override { return Maintenance::kNotMaintained; }

  json::TypeRef block() const override { return &json::type_of<FakeConfig>; }

  int calls_per_second(const Store&) const override { return 0; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const FakeConfig config, read_config(store));
    for (std::size_t i = 0; i < config.data.size(); ++i) {
      if (config.data[i].key.empty()) return fail(Code::kInvalid, fmt::format("key must be set in data {}", i));
      if (config.data[i].value.value.empty()) {
        return fail(Code::kInvalid, fmt::format("at least one value must be set in data {}", i));
      }
    }
    return std::vector<std::string>{};
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    const Store& store = context.store;
    FakeDatabase& database = databases_[fmt::format("{}/{}/{}", store.kind, store.ns, store.name)];
    if (!database.is_of(store.config)) {
      CO_TRY(const FakeConfig config, read_config(store));
      database.renew(store.config, config);
    }
    std::unique_ptr<SecretsClient> client = std::make_unique<FakeClient>(database);
    co_return std::move(client);
  }

 private:
  std::map<std::string, FakeDatabase> databases_;
};

}  // namespace

std::unique_ptr<Provider> make_fake_provider(const Services&) { return std::make_unique<FakeProvider>(); }

}  // namespace rotor::providers
