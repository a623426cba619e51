#include "secrets/ending.hpp"

#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using Kind = kube::Outcome::Kind;

struct FailureCase {
  Code code;
  Ending ending;
  Kind then;
};
class WriteFailure : public testing::TestWithParam<FailureCase> {};

TEST_P(WriteFailure, SaysWhatAPersonCanMendAndIsTriedAgainInItsOwnTime) {
  const auto failure = write_failure({GetParam().code, "words"}, "could not create secret a");
  EXPECT_EQ(failure.ending, GetParam().ending);
  EXPECT_EQ(failure.then.kind, GetParam().then);
  EXPECT_EQ(failure.error.message, "could not create secret a: words");
}

INSTANTIATE_TEST_SUITE_P(Cases, WriteFailure,
                         testing::Values(FailureCase{Code::kInvalid, Ending::kNotWritten, Kind::kAfter},
                                         FailureCase{Code::kDenied, Ending::kNotWritten, Kind::kAfter},
                                         FailureCase{Code::kUnavailable, Ending::kNotWritten, Kind::kFailed},
                                         FailureCase{Code::kConflict, Ending::kOvertaken, Kind::kFailed},
                                         FailureCase{Code::kNotFound, Ending::kOvertaken, Kind::kFailed},
                                         FailureCase{Code::kGone, Ending::kOvertaken, Kind::kDone}));

struct WordsCase {
  Ending ending;
  bool ready;
  std::string_view message;
  std::string_view reason = "";
};
class Words : public testing::TestWithParam<WordsCase> {};

TEST_P(Words, AreThoseThatPeopleKnow) {
  const ReadyWords words = ready_words(GetParam().ending);
  EXPECT_EQ(words.ready, GetParam().ready);
  const std::string_view usual = GetParam().ready ? "SecretSynced" : "SecretSyncedError";
  EXPECT_EQ(words.reason, GetParam().reason.empty() ? usual : GetParam().reason);
  EXPECT_EQ(words.message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Words,
    testing::Values(WordsCase{Ending::kSynced, true, "secret synced"},
                    WordsCase{Ending::kRetained, true, "secret retained due to DeletionPolicy=Retain"},
                    WordsCase{Ending::kDeleted, true, "secret deleted due to DeletionPolicy=Delete", "SecretDeleted"},
                    WordsCase{Ending::kMissing, true, "secret will not be created due to CreationPolicy=Merge",
                              "SecretMissing"},
                    WordsCase{Ending::kNotDeleted, false, "could not delete secret"},
                    WordsCase{Ending::kNotFetched, false, "could not get secret data from provider"},
                    WordsCase{Ending::kNotWritten, false, "could not update secret"},
                    WordsCase{Ending::kOwnedByAnother, false, "target is owned by another ExternalSecret"},
                    WordsCase{Ending::kOwnedOtherwise, false, "failed to take ownership of target secret"},
                    WordsCase{Ending::kImmutable, false, "could not update secret, target is immutable"},
                    WordsCase{Ending::kOrphansLeft, false, "could not delete orphaned secrets"}));

class ObjectWords : public testing::TestWithParam<WordsCase> {};

TEST_P(ObjectWords, SpeakOfAResource) {
  const ReadyWords words = ready_words(GetParam().ending, TargetKind::kObject);
  EXPECT_EQ(words.ready, GetParam().ready);
  EXPECT_EQ(words.reason, GetParam().reason);
  EXPECT_EQ(words.message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ObjectWords,
    testing::Values(
        WordsCase{Ending::kSynced, true, "secret synced", "ResourceSynced"},
        WordsCase{Ending::kRetained, true, "secret retained due to DeletionPolicy=Retain", "ResourceSynced"},
        WordsCase{Ending::kDeleted, true, "secret deleted due to DeletionPolicy=Delete", "ResourceDeleted"},
        WordsCase{Ending::kMissing, true, "resource will not be created due to CreationPolicy=Merge",
                  "ResourceMissing"},
        WordsCase{Ending::kNotFetched, false, "could not get secret data from provider", "ResourceSyncedError"},
        WordsCase{Ending::kTargetUnread, false, "could not get target resource", "ResourceSyncedError"},
        WordsCase{Ending::kNotRendered, false, "could not apply template to manifest", "ResourceSyncedError"},
        WordsCase{Ending::kNotWritten, false, "could not update secret", "ResourceSyncedError"},
        WordsCase{Ending::kNotDeleted, false, "could not delete resource", "ResourceSyncedError"},
        WordsCase{Ending::kInvalidTarget, false, "invalid generic target", "SecretSyncedError"}));

}  // namespace
}  // namespace rotor::secrets
