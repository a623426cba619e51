#include "secrets/ending.hpp"

#include <array>

#include "kube/client/retry.hpp"

namespace rotor::secrets {
namespace {

struct Row {
  Ending ending;
  bool ready;
  std::string_view message;
  std::string_view reason = "";  // another than that of its kind
};

constexpr std::array<Row, 13> kRows = {{
    {Ending::kSynced, true, "secret synced"},
    {Ending::kRetained, true, "secret retained due to DeletionPolicy=Retain"},
    {Ending::kDeleted, true, "secret deleted due to DeletionPolicy=Delete", "SecretDeleted"},
    {Ending::kMissing, true, "secret will not be created due to CreationPolicy=Merge", "SecretMissing"},
    {Ending::kRefused, false, ""},
    {Ending::kNotFetched, false, "could not get secret data from provider"},
    {Ending::kNotWritten, false, "could not update secret"},
    {Ending::kOwnedByAnother, false, "target is owned by another ExternalSecret"},
    {Ending::kOwnedOtherwise, false, "failed to take ownership of target secret"},
    {Ending::kImmutable, false,
     "could not update secret, target is immutable: what uses it keeps the old values; give spec.target.name another "
     "value and let it use that"},
    {Ending::kNotDeleted, false, "could not delete secret"},
    {Ending::kOrphansLeft, false, "could not delete orphaned secrets"},
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

ReadyWords ready_words(Ending ending) {
  const Row& row = kRows.at(static_cast<std::size_t>(ending));
  const std::string_view reason = row.ready ? "SecretSynced" : "SecretSyncedError";
  return {row.ready, row.reason.empty() ? reason : row.reason, std::string(row.message)};
}

SyncFailure write_failure(Error error, std::string_view context) {
  const Code code = error.code;
  const bool raced = code == Code::kConflict || code == Code::kAlreadyExists || code == Code::kNotFound;
  const bool going = code == Code::kGone;  // with its namespace: nobody is left to tell
  return {raced || going ? Ending::kOvertaken : Ending::kNotWritten, std::move(error).prefixed(context),
          kube::after_failed_write(code)};
}

}  // namespace rotor::secrets
