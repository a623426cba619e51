#include "local/preview/preview_generators.hpp"

#include <fmt/format.h>

#include "api/generators/cluster_generator.hpp"
#include "generators/kinds.hpp"
#include "local/preview/preview.hpp"

namespace rotor::local {
namespace {

constexpr std::string_view kWayOut = "or give what it makes with --data FILE";

// What is run of a manifest: its own kind, or what a ClusterGenerator stands for.
Result<generators::StandsFor> meant_by(const api::gen::Generator& object) {
  json::Raw spec = object.spec.value_or(json::Raw{});
  if (object.kind != generators::kClusterGenerator) return generators::StandsFor{object.kind, std::move(spec)};
  TRY(const auto cluster, json::read<api::gen::ClusterGeneratorSpec>(spec.text));
  return generators::stands_for(cluster);
}

}  // namespace

Result<void> PreviewGenerators::add(const json::Object& object) {
  TRY(auto generator, json::read<api::gen::Generator>(json::serialize(object)));
  const bool cluster = generator.kind == generators::kClusterGenerator;
  Id id{generator.kind, cluster ? std::string() : namespace_of(generator.metadata), generator.metadata.name};
  objects_.insert_or_assign(std::move(id), std::move(generator));
  return {};
}

Task<providers::Lookup<SecretMap>> PreviewGenerators::generate(api::es::GeneratorRef ref, std::size_t) {
  co_return make(ref);
}

Result<SecretMap> PreviewGenerators::make(const api::es::GeneratorRef& ref) const {
  const bool cluster = ref.kind == generators::kClusterGenerator;
  const auto object = objects_.find({ref.kind, cluster ? std::string() : ns_, ref.name});
  if (object == objects_.end()) {
    return fail(Code::kInvalid,
                fmt::format("{} \"{}\" is not among the manifests: add it to -f, {}", ref.kind, ref.name, kWayOut));
  }
  TRY(const auto meant, meant_by(object->second));
  const generators::Kind* kind = generators::find_kind(meant.kind);
  if (kind == nullptr || !kind->local()) {
    if (data_given_) return SecretMap{};
    return fail(Code::kInvalid, fmt::format("{} \"{}\" asks a server, which `rotor template` does not do: give what it "
                                            "makes with --data FILE",
                                            meant.kind, ref.name));
  }
  const auto& random = generators::private_random;
  auto made = kind->make != nullptr ? kind->make(meant.spec, random) : kind->make_slowly(meant.spec, random, {});
  if (!made) return std::unexpected(std::move(made).error().prefixed("error using generator"));
  return made;
}

}  // namespace rotor::local
