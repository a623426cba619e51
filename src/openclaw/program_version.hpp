// Which OpenClaw an instance runs, and what its configuration may therefore say. docs/openclaw-versions.md tells how
// each rule came to be.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"

namespace rotor::openclaw {

// Year, month, count: 2026.9.6.
struct ProgramVersion {
  int year = 0;
  int month = 0;
  int number = 0;
  friend auto operator<=>(const ProgramVersion&, const ProgramVersion&) = default;
  std::string text() const;
};

// Of `2026.9.6`, `v2026.9.6` and `2026.9.6-slim`; nothing of other tags.
std::optional<ProgramVersion> read_program_version(std::string_view tag);

// What the image says; nothing for a digest, `latest` and tags of somebody's own, whose version nobody knows.
std::optional<ProgramVersion> program_version(const api::InstanceSpec& spec);

struct VersionRules {
  ProgramVersion from;           // up to the next row
  bool allowed_origins = true;   // gateway.controlUi.allowedOrigins is a key that the program knows
  std::string_view listens_all;  // gateway.bind that other machines reach
};

// The rules of that version; without one, and of versions to come, the newest.
const VersionRules& rules_of(const std::optional<ProgramVersion>& version);

// The newest one that the rules were tried with.
inline constexpr ProgramVersion kNewestTried{2026, 9, 6};

// Where the rules are nothing but a guess, and what they are then; empty where they were tried.
std::string version_note(const std::optional<ProgramVersion>& version);

}  // namespace rotor::openclaw
