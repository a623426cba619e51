// The marks of ours that are written together with values: when each of them changed, which versions of their stores
// they are of, and when and of what they were made. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/secret_bytes.hpp"
#include "secrets/plan.hpp"
#include "secrets/source_versions.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// Where a content comes from: what is left to say of it when it has become a plan.
struct Origin {
  Content::Kind kind = Content::Kind::kNothing;
  WallTime started{};  // the refresh that read it; none: it was moved
  std::string digest{};
  StoreVersions versions{};
  std::vector<SourceVersion> read{};
};
Origin origin_of(const Content& content);

// Does it write other values than the Secret has? Then what it holds has to be known to mark it.
bool changes_values(const Plan& plan, const Target* live);

// `before`: what the Secret holds, when its values change.
void put_marks(const ExternalSecret& es, const Target* live, const SecretMap& before, const Origin& origin,
               WallTime now, Plan& plan);

// Of a Secret that is left as it is: what its mark of versions is to say instead; nullopt: it is right, or there is
// none, which comes with the next values.
std::optional<std::string> other_versions(const ExternalSecret& es, const Target* live, const Origin& origin,
                                          const Plan& plan);

}  // namespace rotor::secrets
