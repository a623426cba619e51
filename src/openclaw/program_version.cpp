#include "openclaw/program_version.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace rotor::openclaw {
namespace {

// Oldest first.
constexpr std::array kVersionRules = {
    VersionRules{.from = {0, 0, 0}, .allowed_origins = false, .listens_all = "lan"},
    VersionRules{.from = {2026, 2, 2}, .allowed_origins = true, .listens_all = "lan"},
};

// Takes a number off the front; -1 when there is none, or a dot is missing behind it.
int take_number(std::string_view& text, bool dot) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!dot) return number;
  if (!text.starts_with('.')) return -1;
  text.remove_prefix(1);
  return number;
}

}  // namespace

std::string ProgramVersion::text() const { return fmt::format("{}.{}.{}", year, month, number); }

std::optional<ProgramVersion> read_program_version(std::string_view tag) {
  if (tag.starts_with('v')) tag.remove_prefix(1);
  ProgramVersion version;
  version.year = take_number(tag, true);
  version.month = take_number(tag, true);
  version.number = take_number(tag, false);
  const bool dated = version.year >= 2026 && version.month >= 1 && version.month <= 12 && version.number >= 0;
  if (!dated || (!tag.empty() && tag.front() != '-')) return std::nullopt;
  return version;
}

std::optional<ProgramVersion> program_version(const api::InstanceSpec& spec) {
  if (!spec.image || !spec.image->digest.empty()) return std::nullopt;
  return read_program_version(spec.image->tag.value_or(""));
}

const VersionRules& rules_of(const std::optional<ProgramVersion>& version) {
  if (!version) return kVersionRules.back();
  const VersionRules* found = &kVersionRules.front();
  for (const VersionRules& rules : kVersionRules) {
    if (rules.from <= *version) found = &rules;
  }
  return *found;
}

std::string version_note(const std::optional<ProgramVersion>& version) {
  if (!version || *version <= kNewestTried) return {};
  return fmt::format(
      "OpenClaw {} is newer than {}, the newest version that the configuration's rules were tried with: it gets the "
      "rules of {}; should it refuse its configuration, go back to that image or update Rotor",
      version->text(), kNewestTried.text(), kNewestTried.text());
}

}  // namespace rotor::openclaw
