// What a refresh makes the Secret of, read into one struct: what the stores answered, the texts of templates, and the
// Secret as it is.
#pragma once

#include "api/core/secret.hpp"
#include "base/task.hpp"
#include "secrets/ending.hpp"
#include "secrets/fetch.hpp"
#include "secrets/left_behind.hpp"
#include "secrets/manifest_target/read_manifest.hpp"
#include "secrets/parts.hpp"
#include "secrets/schedule/freshness.hpp"
#include "secrets/target.hpp"
#include "secrets/unwritten.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

struct Material {
  Fetched fetched;
  TemplateSources sources;
  SecretBytes
      inputs{};  // both, and what else decides about the content, for digests; empty when the same gives the same
  std::vector<std::string> remarks{};  // what there is to say besides
  TargetPtr live{};                    // null: there is no Secret of that name that we know of
  ManifestPlacePtr manifest{};         // of spec.target.manifest; null: the target is a Secret
};
// `unwritten` and `left` outlive it; `left` gets what generators leave behind at servers, however it ends.
Task<Synced<Material>> gather_material(Parts parts, ExternalSecretPtr es, Freshness wanted, Unwritten& unwritten,
                                       std::vector<LeftBehind>& left);

// The target itself, with its data, whether it is marked as ours or not.
Task<Synced<api::Secret>> read_target(Parts parts, ExternalSecretPtr es);

// Of a content that could not be made although everything was there.
SyncFailure not_rendered(const ExternalSecret& es, const Target* live, Error error);

}  // namespace rotor::secrets
