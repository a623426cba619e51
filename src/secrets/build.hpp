// From rendered parts to the Secret that should be there. Pure: the live target comes in as the cache knows it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "api/core/secret.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "kube/runtime/queue.hpp"
#include "secrets/target.hpp"
#include "template/apply.hpp"

namespace rotor::secrets {

// Why a sync ended, in the words of the Ready condition, with the error that says what happened.
struct SyncFailure {
  std::string_view condition;  // "could not update secret", …
  Error error;
  kube::Outcome then = kube::Outcome::failed();  // done(): nothing but an edit can help
};

struct Desired {
  enum class Write : std::uint8_t { kNothing, kCreate, kUpdate } write;
  api::Secret secret;  // with the live resourceVersion for kUpdate
};

// The owner references the target should have, or why it cannot be ours.
std::expected<std::vector<kube::OwnerReference>, SyncFailure> decide_ownership(const api::es::ExternalSecret& es,
                                                                               const Target* live);

std::expected<Desired, SyncFailure> build_secret(const api::es::ExternalSecret& es, const Target* live,
                                                 tmpl::SecretParts parts);

// The same when the data, and the metadata that a template made, stay as they are: only marks, owners and copied
// metadata can differ. An update lacks the data, which the caller reads and gives back.
std::expected<Desired, SyncFailure> keep_secret(const api::es::ExternalSecret& es, const Target& live);

}  // namespace rotor::secrets
