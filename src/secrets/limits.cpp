#include "secrets/limits.hpp"

#include <fmt/format.h>

#include "generators/kinds.hpp"
#include "secrets/items.hpp"

namespace rotor::secrets {
namespace {

using namespace api::es;

std::optional<std::string> source_limit(const DataFrom& from, std::size_t i) {
  if (!generates(from)) return std::nullopt;
  const auto usable = generators::check_reference(*from.source_ref->generator_ref);
  if (usable) return std::nullopt;
  return about_item("unable to get generator: " + usable.error().message, map_item(from, i));
}

}  // namespace

std::optional<std::string> not_built_yet(const ExternalSecret& es) {
  for (std::size_t i = 0; i < es.spec.data_from.size(); ++i) {
    if (auto limit = source_limit(es.spec.data_from[i], i)) return limit;
  }
  for (std::size_t i = 0; i < es.spec.data.size(); ++i) {
    if (es.spec.data[i].source_ref && es.spec.data[i].source_ref->generator_ref) {
      return about_item(
          "sourceRef.generatorRef cannot give a single value; use a storeRef, or spec.dataFrom for a generator",
          data_item(i, es.spec.data[i]));
    }
  }
  return std::nullopt;
}

}  // namespace rotor::secrets
