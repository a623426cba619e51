// What an operator and the pod say to each other of values that are delivered in place. The operator writes a mark into
// an annotation of the pod; the container beside the assistant answers with it as it ends, which the kubelet reports.
// Neither holds anything of a value: the digest is keyed. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kInPlaceMark = "openclaw.rocks/secrets-in-place";  // pod

struct InPlaceMark {
  std::string digest;  // of what is to be delivered
  WallTime since{};
  std::string values{};  // named_values() of it
};
// `digest time values`; nullopt for anything else.
std::string mark_text(const InPlaceMark& mark);
std::optional<InPlaceMark> parse_mark(std::string_view annotation);

// Of the digests of the Secrets that changed.
std::string in_place_digest(const std::map<std::string, std::string, std::less<>>& changed);

// `VARIABLE=digits,VARIABLE=digits`: which values the pod may load, keyed with what it and we know. As the pod works it
// out (in_place/reload.js).
std::string named_values(const SecretBytes& key, const std::map<std::string, SecretBytes, std::less<>>& by_variable);

struct InPlaceReport {
  std::string mark;    // as the pod was given it
  std::string result;  // `ok`, or a word for what was not
  friend bool operator==(const InPlaceReport&, const InPlaceReport&) = default;
};
// Of the container's termination message; empty for anything else.
InPlaceReport parse_report(std::string_view message);

// A result that is not `ok`, for people.
std::string words_for(std::string_view result);

}  // namespace rotor::openclaw
