// The Secret that should be there: content, copied and templated metadata, marks, owners. Pure: the live one comes in
// as the cache knows it.
#pragma once

#include <string>

#include "api/core/secret.hpp"
#include "secrets/ending.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"
#include "template/apply.hpp"

namespace rotor::secrets {

struct Desired {
  api::Secret secret;  // with the resourceVersion of the live one
  std::string data_hash;

  bool is(const Target& live) const;
};

Synced<Desired> desired_secret(const ExternalSecret& es, const Target* live, tmpl::SecretParts parts);

// What a Secret holds once `fetched` is merged into `whole`, its data now: keys that we wrote earlier and no longer
// have go, keys of others stay.
SecretMap merged_data(const ExternalSecret& es, const Target& live, SecretMap whole, SecretMap fetched);

// The same when the data, and the metadata that a template made, stay as they are: only marks, owners and copied
// metadata can differ. Without the data, which is known by its hash alone.
Synced<Desired> desired_around_data(const ExternalSecret& es, const Target& live);

// The same under target.immutable, which freezes what is there: only marks and owners can differ.
Synced<Desired> desired_frozen(const ExternalSecret& es, const Target& live);

}  // namespace rotor::secrets
