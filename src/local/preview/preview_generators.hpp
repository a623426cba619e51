// Generators in a preview: those whose manifests stand beside the ExternalSecret and who need nobody are run.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "api/generators/generator.hpp"
#include "json/document.hpp"
#include "secrets/generator_source.hpp"

namespace rotor::local {

class PreviewGenerators final : public secrets::GeneratorSource {
 public:
  // `data_given`: what a server would be asked for is among the keys of --data.
  explicit PreviewGenerators(bool data_given) : data_given_(data_given) {}

  Result<void> add(const json::Object& object);
  // For an ExternalSecret of this namespace.
  void answer_in(std::string ns) { ns_ = std::move(ns); }

  Task<providers::Lookup<SecretMap>> generate(api::es::GeneratorRef ref, std::size_t item) override;

 private:
  using Id = std::tuple<std::string, std::string, std::string>;  // kind, namespace, name

  Result<SecretMap> make(const api::es::GeneratorRef& ref) const;

  std::map<Id, api::gen::Generator> objects_;
  std::string ns_;
  bool data_given_;
};

}  // namespace rotor::local
