#include "secrets/ending.hpp"

#include <array>

#include <fmt/format.h>

#include "kube/client/retry.hpp"

namespace rotor::secrets {
namespace {

// `deed` follows "Secret" or "Resource" in the reason.
struct Row {
  Ending ending;
  bool ready;
  std::string_view message;
  std::string_view deed = "";       // another than that of its kind
  std::string_view of_object = "";  // another message when the target is no Secret
};

constexpr std::array<Row, 17> kRows = {{
    {Ending::kSynced, true, "secret synced"},
    {Ending::kRetained, true, "secret retained due to DeletionPolicy=Retain"},
    {Ending::kDeleted, true, "secret deleted due to DeletionPolicy=Delete", "Deleted"},
    {Ending::kMissing, true, "secret will not be created due to CreationPolicy=Merge", "Missing",
     "resource will not be created due to CreationPolicy=Merge"},
    {Ending::kRefused, false, ""},
    {Ending::kNotFetched, false, "could not get secret data from provider"},
    {Ending::kNotWritten, false, "could not update secret"},
    {Ending::kOwnedByAnother, false, "target is owned by another ExternalSecret"},
    {Ending::kOwnedOtherwise, false, "failed to take ownership of target secret"},
    {Ending::kImmutable, false, "could not update secret, target is immutable"},
    {Ending::kNotDeleted, false, "could not delete secret", "", "could not delete resource"},
    {Ending::kOrphansLeft, false, "could not delete orphaned secrets"},
    {Ending::kInvalidTarget, false, "invalid generic target"},
    {Ending::kTargetUnread, false, "could not get target resource"},
    {Ending::kNotRendered, false, "could not apply template to manifest"},
    {Ending::kNotOurs, false, ""},
    {Ending::kOvertaken, false, ""},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows.at(i).ending) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

ReadyWords ready_words(Ending ending, TargetKind target) {
  const Row& row = kRows.at(static_cast<std::size_t>(ending));
  const std::string_view usual = row.ready ? "Synced" : "SyncedError";
  // What is no valid target is no resource either.
  const bool object = target == TargetKind::kObject && ending != Ending::kInvalidTarget;
  return {row.ready, fmt::format("{}{}", object ? "Resource" : "Secret", row.deed.empty() ? usual : row.deed),
          std::string(object && !row.of_object.empty() ? row.of_object : row.message)};
}

SyncFailure write_failure(Error error, std::string_view context) {
  const Code code = error.code;
  const bool raced = code == Code::kConflict || code == Code::kAlreadyExists || code == Code::kNotFound;
  const bool going = code == Code::kGone;  // with its namespace: nobody is left to tell
  return {raced || going ? Ending::kOvertaken : Ending::kNotWritten, std::move(error).prefixed(context),
          kube::after_failed_write(code)};
}

}  // namespace rotor::secrets
