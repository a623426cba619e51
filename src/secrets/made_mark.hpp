// When, for which state of its ExternalSecret and of what a Secret was made, on the Secret itself: a mark of ours where
// the same may give other values the next time (generators, templates with something random). A process that ends
// between the Secret and the status leaves it to the next one, which goes on instead of making other values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "json/describe.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

inline constexpr std::string_view kMadeAnnotation = "rotor/made";

struct MadeMark {
  std::string at{};      // RFC 3339: the refresh that it was made by
  std::string by{};      // the ExternalSecret as it was
  std::string inputs{};  // inputs_digest; empty where the same inputs give the same values
  friend bool operator==(const MadeMark&, const MadeMark&) = default;
};

MadeMark read_made_mark(const Target* live);  // what is not ours reads as nothing
std::string write_made_mark(const ExternalSecret& es, WallTime started, std::string inputs);

// Is the target what was made for the ExternalSecret as it is now, and when? nullopt: it is not, or nobody knows.
std::optional<WallTime> made_for(const ExternalSecret& es, const Target& live, const MadeMark& mark);

// Do generators give some of its values?
bool has_generators(const ExternalSecret& es);

}  // namespace rotor::secrets

namespace rotor::json {
ROTOR_DESCRIBED(secrets::MadeMark);
}  // namespace rotor::json
