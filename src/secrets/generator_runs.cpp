#include "secrets/generator_runs.hpp"

#include <fmt/format.h>

#include "api/generators/cluster_generator.hpp"
#include "generators/generator.hpp"
#include "generators/kinds.hpp"
#include "json/reader.hpp"
#include "secrets/force_sync.hpp"

namespace rotor::secrets {
namespace {

using api::es::GeneratorRef;
using providers::Lookup;

// spec.controller, in whatever else there is; empty when there is none.
std::string controller_class_of(const json::Raw& spec) {
  json::Reader reader(spec.text);
  if (reader.peek() != json::Kind::kObject) return {};
  std::string found, name;
  reader.begin_object();
  while (reader.next_member(name)) {
    if (name == "controller" && reader.peek() == json::Kind::kString) {
      found = reader.read_string();
    } else {
      reader.read_raw();
    }
  }
  return found;
}

// Never kNotFound: a generator that is missing says nothing about what a store has.
Error not_read(Error error, const GeneratorRef& ref, const kube::Key& key) {
  if (error.code != Code::kNotFound) return error;
  const std::string where = key.ns.empty() ? std::string() : fmt::format(" in namespace \"{}\"", key.ns);
  return {Code::kInvalid, fmt::format("{} \"{}\" does not exist{}", ref.kind, key.name, where)};
}

}  // namespace

GeneratorRuns::GeneratorRuns(const Parts& parts, ExternalSecretPtr es, Unwritten& unwritten,
                             std::vector<LeftBehind>& left)
    : p_(parts),
      es_(std::move(es)),
      unwritten_(unwritten),
      left_(left),
      webhook_secrets_(generators::make_webhook_secrets(parts.client)) {}

Task<bool> GeneratorRuns::look_up() {
  for (const auto& from : es_->spec.data_from) {
    if (!from.source_ref || !from.source_ref->generator_ref) continue;
    const GeneratorRef& ref = *from.source_ref->generator_ref;
    const Name name{ref.kind, ref.name};
    if (found_.contains(name)) continue;
    auto found = co_await read(ref);
    if (found) {
      const std::string served_by = controller_class_of(found->spec);
      if (!served_by.empty() && served_by != p_.options.controller_class) co_return false;
    }
    found_.emplace(name, std::move(found));
  }
  co_return true;
}

Task<Result<GeneratorRuns::Found>> GeneratorRuns::read(GeneratorRef ref) {
  const kube::Resource resource = generators::resource_of(ref);
  const kube::Key key{resource.namespaced ? es_->metadata.ns : std::string(), ref.name};
  auto body = co_await p_.client.get(resource, key);
  if (!body) co_return std::unexpected(not_read(std::move(body).error(), ref, key));
  auto object = kube::decode<api::gen::Generator>(*body);
  if (!object) {
    needs_edit_ = true;
    co_return std::unexpected(std::move(object).error().prefixed(fmt::format("{} \"{}\"", ref.kind, ref.name)));
  }
  if (!resource.namespaced) co_return stood_for(*std::move(object));
  co_return Found{std::move(object->metadata), ref.kind, std::move(object->spec).value_or(json::Raw{})};
}

Result<GeneratorRuns::Found> GeneratorRuns::stood_for(api::gen::Generator object) {
  auto spec = json::read<api::gen::ClusterGeneratorSpec>(object.spec.value_or(json::Raw{"{}"}).text);
  auto meant = spec ? generators::stands_for(*spec)
                    : Result<generators::StandsFor>(
                          std::unexpected(std::move(spec).error().prefixed("invalid ClusterGenerator: spec")));
  if (!meant) {
    needs_edit_ = true;
    return std::unexpected(std::move(meant).error());
  }
  return Found{std::move(object.metadata), std::string(meant->kind), std::move(meant->spec), true};
}

Task<Lookup<SecretMap>> GeneratorRuns::generate(GeneratorRef ref, std::size_t item) {
  const auto it = found_.find({ref.kind, ref.name});
  if (it == found_.end()) co_return fail(Code::kInternal, "the generator was not looked up");
  if (!it->second) {
    Error error = it->second.error();
    co_return std::unexpected(std::move(error).prefixed("unable to get generator"));
  }
  co_return co_await run(*it->second, item);
}

Task<Lookup<SecretMap>> GeneratorRuns::run(Found found, std::size_t item) {
  generators::Generator* const generator = p_.generators.find(found.kind);
  if (generator == nullptr) co_return fail(Code::kInvalid, fmt::format("the generator {} is not built", found.kind));
  if (const auto* kind = generators::find_kind(found.kind); kind != nullptr && kind->remark != nullptr) {
    const std::string remark = kind->remark(found.spec);
    if (!remark.empty()) remarks_.push_back(fmt::format("{} \"{}\": {}", found.kind, found.metadata.name, remark));
  }
  const kube::Key key = es_->metadata.key();
  std::string made_of = this->made_of(found);
  if (const SecretMap* values = unwritten_.find(key, item, made_of, p_.clock.steady())) co_return SecretMap(*values);
  LeftBehind left{.item = item, .kind = found.kind, .name = found.metadata.name, .spec = found.spec};
  generators::Order order{.kind = std::move(found.kind),
                          .name = found.metadata.name,
                          .consumer_ns = es_->metadata.ns,
                          .spec = std::move(found.spec),
                          .gate = p_.gate,
                          .webhook_secrets = *webhook_secrets_,
                          .allow_controller_identity = p_.options.allow_controller_identity || found.cluster};
  auto made = co_await generator->generate(std::move(order));
  if (made.absent()) co_return made.absence();
  if (made.failed()) {
    Error error = made.error();
    co_return std::unexpected(std::move(error).prefixed("error using generator"));
  }
  if (made->state) {  // it is taken back when the pass fails, so the next try makes another
    left.state = *std::move(made->state);
    left_.push_back(std::move(left));
  } else {
    unwritten_.keep(key, item, std::move(made_of), made->values, p_.clock.steady());
  }
  co_return std::move(made->values);
}

// The object and the ExternalSecret as they are now: an edit of either asks for new values.
std::string GeneratorRuns::made_of(const Found& found) const {
  return fmt::format("{} {} {} {} {}", es_->metadata.uid, resource_token(es_->metadata), found.kind, found.metadata.uid,
                     found.metadata.generation);
}

}  // namespace rotor::secrets
