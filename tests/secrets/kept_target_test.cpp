#include "secrets/kept_target.hpp"

#include <gtest/gtest.h>

#include "json/object_hash.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

// As a real API server answers, with another manager's entry beside ours.
constexpr std::string_view kSecret = R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"tgt","namespace":"ns",
  "uid":"u-1","resourceVersion":"42","creationTimestamp":"2026-01-02T10:00:00Z",
  "labels":{"reconcile.external-secrets.io/created-by":"o-1","reconcile.external-secrets.io/managed":"true","theirs":"x"},
  "annotations":{"reconcile.external-secrets.io/data-hash":"HASH"},"finalizers":["a/b"],
  "ownerReferences":[{"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret","name":"es","uid":"uid-1",
    "controller":true,"blockOwnerDeletion":true}],
  "managedFields":[{"manager":"externalsecrets.external-secrets.io/es","operation":"Update","apiVersion":"v1",
    "time":"2026-01-02T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:a":{}},
    "f:metadata":{"f:annotations":{".":{},"f:reconcile.external-secrets.io/data-hash":{}},
    "f:labels":{".":{},"f:reconcile.external-secrets.io/managed":{}},
    "f:ownerReferences":{".":{},"k:{\"uid\":\"uid-1\"}":{}}},"f:type":{}}},
    {"manager":"kubectl","operation":"Update","fieldsV1":{"f:metadata":{"f:labels":{"f:theirs":{}}}}}]},
  "data":{"a":"Y2FuYXJ5"},"type":"Opaque","immutable":true})";

std::string with_hash(std::string_view hash) {
  std::string text(kSecret);
  return text.replace(text.find("HASH"), 4, hash);
}

std::string real_hash() { return json::object_hash(test::one_value("a", "canary")); }

TEST(KeptTarget, OfAnotherReplicasSecretIsKeptWhoseItIsAndNothingElse) {
  const auto small = read_reduced_target(with_hash("edited"));
  const auto whole = TargetKeeper().keep(with_hash("edited"));
  ASSERT_TRUE(small && whole);
  EXPECT_FALSE(whole->reduced());
  for (const KeptTarget& kept : {*small, whole->without_text()}) {
    EXPECT_TRUE(kept.reduced());
    EXPECT_EQ(kept.whole(), nullptr);
    EXPECT_EQ(kept.metadata.key(), (kube::Key{"ns", "tgt"}));
    EXPECT_EQ(kept.metadata.uid, "u-1");
    EXPECT_EQ(kept.metadata.resource_version, "42");
    EXPECT_EQ(kept.owner, "es");
    EXPECT_EQ(kept.owner_hash, "o-1");
    EXPECT_EQ(kept.other_hash, "") << "no digest was made of its values";
    EXPECT_EQ(kept.type, "");
  }
}

TEST(KeptTarget, BelongsToTheExternalSecretAmongItsOwnersWhateverItsVersion) {
  const auto owner_of = [](const std::string& owners) {
    return read_reduced_target(R"({"metadata":{"name":"tgt","namespace":"ns","ownerReferences":[)" + owners + "]}}")
        ->owner;
  };
  const std::string deployment = R"({"apiVersion":"apps/v1","kind":"Deployment","name":"d","uid":"1"})";
  EXPECT_EQ(owner_of(""), "");
  EXPECT_EQ(owner_of(deployment), "");
  EXPECT_EQ(owner_of(R"({"apiVersion":"example.com/v1","kind":"ExternalSecret","name":"other","uid":"2"})"), "");
  EXPECT_EQ(owner_of(deployment +
                     R"(,{"apiVersion":"external-secrets.io/v1beta1","kind":"ExternalSecret","name":"b","uid":"3"})"),
            "b");
}

TEST(KeptTarget, GivesBackAllThatAPassAsksFor) {
  for (const std::string& annotation : {real_hash(), std::string("edited")}) {
    const auto decoded = decode_target(with_hash(annotation));
    const auto kept = TargetKeeper().keep(with_hash(annotation));
    ASSERT_TRUE(decoded && kept);
    const TargetPtr whole = kept->whole();
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->metadata.key(), decoded->metadata.key());
    EXPECT_EQ(whole->metadata.uid, decoded->metadata.uid);
    EXPECT_EQ(whole->metadata.resource_version, decoded->metadata.resource_version);
    EXPECT_EQ(whole->metadata.labels, decoded->metadata.labels);
    EXPECT_EQ(whole->metadata.annotations, decoded->metadata.annotations);
    EXPECT_EQ(whole->metadata.finalizers, decoded->metadata.finalizers);
    EXPECT_EQ(whole->metadata.owner_references, decoded->metadata.owner_references);
    EXPECT_EQ(whole->type, "Opaque");
    EXPECT_EQ(whole->immutable, true);
    EXPECT_EQ(whole->actual_hash, real_hash());
    EXPECT_EQ(whole->hash_matches(), annotation == real_hash());
    for (const char* manager : {"externalsecrets.external-secrets.io/es", "kubectl"}) {
      const OwnedFields before = fields_of(decoded->metadata, manager);
      const OwnedFields after = fields_of(whole->metadata, manager);
      EXPECT_EQ(after.labels, before.labels);
      EXPECT_EQ(after.annotations, before.annotations);
      EXPECT_EQ(after.data, before.data);
    }
    EXPECT_EQ(fields_of(whole->metadata, "externalsecrets.external-secrets.io/es").data.size(), 1U);
  }
}

TEST(KeptTarget, KnowsWhatIndexesAskForWithoutItsText) {
  const auto kept = TargetKeeper().keep(with_hash(real_hash()));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->metadata.key(), (kube::Key{"ns", "tgt"}));
  EXPECT_EQ(kept->metadata.uid, "u-1");
  EXPECT_EQ(kept->metadata.resource_version, "42");
  EXPECT_EQ(kept->owner_hash, "o-1");
  TextPacker packer;
  EXPECT_EQ(keep_target(to_target(test::sample_secret({})), packer).owner_hash, "");
}

TEST(KeptTarget, HoldsNeitherValuesNorWhatNobodyAsksFor) {
  const auto kept = TargetKeeper().keep(with_hash(real_hash()));
  ASSERT_TRUE(kept);
  const std::string text = kept->text.unpack();
  EXPECT_FALSE(text.contains("Y2FuYXJ5"));
  EXPECT_FALSE(text.contains("kubectl"));
  EXPECT_FALSE(text.contains("f:ownerReferences"));
  EXPECT_FALSE(text.contains("f:type"));
  EXPECT_FALSE(text.contains("operation"));
}

TEST(KeptTarget, KeepsFieldsAsTheyAreWhereTheyCannotBeRead) {
  EXPECT_EQ(fields_in_question(R"({"f:type":{},"f:data":{"f:a":{}}})"), R"({"f:data":{"f:a":{}}})");
  EXPECT_EQ(fields_in_question(R"({"f:metadata":{"f:name":{},"f:labels":{"f:x":{}}}})"),
            R"({"f:metadata":{"f:labels":{"f:x":{}}}})");
  EXPECT_EQ(fields_in_question("{}"), "{}");
  EXPECT_EQ(fields_in_question(R"({"f:metadata":)"), R"({"f:metadata":)");
}

}  // namespace
}  // namespace rotor::secrets
