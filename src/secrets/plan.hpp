// What a refresh does about the Secret, once it is known what it is to hold. Pure: a table of cases is its test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/core/secret.hpp"
#include "base/clock.hpp"
#include "json/document.hpp"
#include "secrets/ending.hpp"
#include "secrets/source_versions.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"
#include "template/apply.hpp"

namespace rotor::secrets {

// What the Secret is to hold.
struct Content {
  enum class Kind : std::uint8_t {
    kNothing,  // nothing was fetched
    kAsItIs,   // what it holds: it was made of exactly this
    kNew,
  } kind = Kind::kNothing;
  tmpl::SecretParts parts{};           // of kNew
  json::Object object{};               // instead, when it is to be another object than a Secret
  std::string digest{};                // of what it is made of, where the same may give another text; otherwise empty
  WallTime started{};                  // the refresh that read it
  StoreVersions versions{};            // of kNew: what stores call the versions that its keys are of
  std::vector<SourceVersion> read{};   // of kAsItIs: at which versions what it is made of was read now
  std::vector<std::string> remarks{};  // what there is to say besides
};

struct Plan {
  enum class Action : std::uint8_t {
    kLeave,         // there is nothing to write
    kCreate,        // `secret`
    kUpdate,        // to `secret`, under the version that was read
    kUpdateAround,  // the same, but for the data: it stays, and is read just before
    kDelete,        // under the uid that was read
    kMark,          // it is there, but no watch shows it: mark it as ours, the next pass sees it
  } action = Action::kLeave;
  Ending ending = Ending::kSynced;  // once it is done
  bool has_secret = true;           // afterwards, made of this content
  bool ends_orphans = true;         // Secrets of earlier target names are of no use any more
  api::Secret secret{};
  json::Object object{};                 // instead, when it is another object than a Secret
  std::string hash{};                    // of its content
  std::optional<SyncFailure> failure{};  // how it ends all the same, once it is done
};

// The plans that make nothing of a content: nothing was fetched, or the creationPolicy has nothing made. nullopt: go
// on.
std::optional<Synced<Plan>> plan_nothing(const ExternalSecret& es, const Target* live, const Content& content);

// `live`: the Secret as it is; null: there is none that we know of.
Synced<Plan> plan_secret(const ExternalSecret& es, const Target* live, Content content);

}  // namespace rotor::secrets
