#include "secrets/limits.hpp"

#include <fmt/format.h>

namespace rotor::secrets {
namespace {

using namespace api::es;

std::optional<std::string> source_limit(const DataFrom& from, std::size_t i) {
  if (from.source_ref && from.source_ref->generator_ref) {
    return fmt::format("spec.dataFrom[{}].sourceRef.generatorRef is not built yet; use extract", i);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> not_built_yet(const ExternalSecret& es) {
  for (std::size_t i = 0; i < es.spec.data_from.size(); ++i) {
    if (auto limit = source_limit(es.spec.data_from[i], i)) return limit;
  }
  for (std::size_t i = 0; i < es.spec.data.size(); ++i) {
    if (es.spec.data[i].source_ref && es.spec.data[i].source_ref->generator_ref) {
      return fmt::format(
          "spec.data[{}].sourceRef.generatorRef cannot give a single value; use a storeRef, or "
          "spec.dataFrom for a generator",
          i);
    }
  }
  return std::nullopt;
}

}  // namespace rotor::secrets
