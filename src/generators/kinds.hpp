// The table of kinds, and what follows from a reference to one. Pure.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "api/externalsecrets/references.hpp"
#include "api/generators/cluster_generator.hpp"
#include "base/pool.hpp"
#include "generators/generator.hpp"
#include "generators/random.hpp"
#include "providers/services.hpp"

namespace rotor::generators {

inline constexpr std::string_view kClusterGenerator = "ClusterGenerator";

struct Kind {
  std::string_view name;
  std::string_view plural;
  std::string_view member;  // of a ClusterGenerator's spec.generator
  // One of the three; none: not built yet.
  Result<SecretMap> (*make)(const json::Raw& spec, const Random& random) = nullptr;  // asks nobody
  // The same, when it may take more than a moment; told to stop it fails soon.
  Result<SecretMap> (*make_slowly)(const json::Raw& spec, const Random& random, std::stop_token stop) = nullptr;
  std::unique_ptr<Generator> (*connect)(const providers::Services& services, Pool& pool) = nullptr;  // asks a server

  std::string (*remark)(const json::Raw& spec) = nullptr;  // what it takes otherwise than it is written; "": nothing

  bool local() const { return make != nullptr || make_slowly != nullptr; }
  bool built() const { return local() || connect != nullptr; }
};

std::span<const Kind> kinds();
const Kind* find_kind(std::string_view name);  // null: there is no such kind

// `Password, SSHKey, …`: those that are built.
std::string built_kinds();

// Whether the reference can ever lead to something. kInvalid when only an edit of it helps.
Result<void> check_reference(const api::es::GeneratorRef& ref);

// Where the object lies that the reference is about; it has been checked.
kube::Resource resource_of(const api::es::GeneratorRef& ref);

// The generator that a ClusterGenerator stands for. kInvalid: `invalid ClusterGenerator: …`.
struct StandsFor {
  std::string_view kind;
  json::Raw spec;
};
Result<StandsFor> stands_for(const api::gen::ClusterGeneratorSpec& spec);

}  // namespace rotor::generators
