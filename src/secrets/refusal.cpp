#include "secrets/refusal.hpp"

#include <fmt/format.h>

#include "admission/external_secret.hpp"
#include "secrets/limits.hpp"
#include "secrets/manifest_target/manifest.hpp"
#include "secrets/policies.hpp"
#include "secrets/refresh_due.hpp"

namespace rotor::secrets {

std::optional<Refusal> refusal_of(const ExternalSecret& es, bool generic_targets, bool target_there) {
  if (auto fault = manifest_fault(es, generic_targets)) return Refusal{Ending::kInvalidTarget, *std::move(fault)};
  const auto interval = refresh_interval(es);
  if (!interval) return Refusal{Ending::kRefused, interval.error().message};
  if (auto limit = not_built_yet(es)) return Refusal{Ending::kNotFetched, *std::move(limit), true};
  if (is_generic(es)) return std::nullopt;
  const auto allowed = admission::check_template(es);
  if (allowed) return std::nullopt;
  const std::string mutating = target_there ? fmt::format("unable to mutate secret {}: ", es.target_name()) : "";
  return Refusal{Ending::kNotWritten, fmt::format("{}could not apply template: {}", mutating, allowed.error().message),
                 true};
}

}  // namespace rotor::secrets
