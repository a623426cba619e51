// dataFrom.find: by name, by tags, below a path.
#include <gtest/gtest.h>

#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

using Texts = std::map<std::string, std::string>;

class VaultFind : public VaultFlow {
 protected:
  VaultFind() {
    for (const char* version : {"", "kv1"}) {
      const std::string list = std::string(version) == "kv1" ? "GET /v1/kv1" : "GET /v1/secret/metadata";
      vault_.put(list + "?list=true", R"({"keys":["secret1","secret2","secret3","tag","path/"]})");
      vault_.put(list + "/path?list=true", R"({"keys":["1","2"]})");
    }
    for (const char* name : {"secret1", "secret2", "tag", "path/1", "path/2"}) {
      vault_.put_v2("secret/data/" + std::string(name), R"({"b":"<","a":1.0})");
      vault_.put("GET /v1/kv1/" + std::string(name), R"({"a":1})");
    }
    vault_.answers["GET /v1/secret/data/secret3"] = {
        404, R"({"data":{"data":null,"metadata":{"deletion_time":"2026-01-01T00:00:00Z","destroyed":false}}})"};
    for (const char* name : {"secret2", "secret3", "tag"}) tag(name, R"({"foo":"baz","x":"y"})");
    for (const char* name : {"path/1", "path/2"}) tag(name, R"({"foo":"path"})");
    tag("secret1", "null");
  }

  void tag(const std::string& name, const std::string& custom) {
    vault_.put("GET /v1/secret/metadata/" + name, R"({"current_version":1,"custom_metadata":)" + custom + "}");
  }

  // Absence as kNotFound.
  static Result<Texts> texts_of(const Lookup<SecretMap>& found) {
    if (found.absent()) return fail(Code::kNotFound, found.absence().what);
    if (found.failed()) return std::unexpected(found.error());
    Texts texts;
    for (const auto& [name, value] : *found) texts.emplace(name, value.reveal());
    return texts;
  }

  Result<Texts> find(FindRequest request, std::string_view more = kToken) {
    auto made = client(more);
    if (!made) return std::unexpected(made.error());
    auto found = pump((*made)->get_all(std::move(request)));
    return texts_of(found);
  }

  Result<Texts> find_v1(FindRequest request) {
    auto made =
        client(ProviderRig::context(fmt::format(R"({{"server":"{}","path":"kv1","version":"v1",{}}})", url(), kToken)));
    if (!made) return std::unexpected(made.error());
    auto found = pump((*made)->get_all(std::move(request)));
    return texts_of(found);
  }

  static std::vector<std::string> names(const Result<Texts>& found) {
    if (!found) return {"!" + found.error().message};
    std::vector<std::string> list;
    for (const auto& [name, text] : *found) list.push_back(name);
    return list;
  }
};

TEST_F(VaultFind, ByNameReadsWhatMatchesAndLeavesOutWhatIsDeleted) {  // V33
  const auto found = find({.name_regexp = "secret.*"});
  EXPECT_EQ(names(found), (Names{"secret1", "secret2"}));
  EXPECT_EQ(found->at("secret1"), R"({"a":1.0,"b":"\u003c"})");
  EXPECT_EQ(vault_.count("list=true"), 2);
  EXPECT_EQ(vault_.count("/data/"), 3) << "only what matches is read";
  EXPECT_EQ(counter_.counts["HashiCorp/Vault/ListSecrets/success"], 2);
}

TEST_F(VaultFind, ByNameWorksOnVersion1) {  // V34, V38
  EXPECT_EQ(names(find_v1({.name_regexp = "secret[12]"})), (Names{"secret1", "secret2"}));
  EXPECT_EQ(names(find_v1({.path = "path"})), (Names{"path/1", "path/2"}));
}

TEST_F(VaultFind, ByTagsComparesMetadata) {  // V35
  EXPECT_EQ(names(find({.tags = kube::StringMap{{"foo", "baz"}}})), (Names{"secret2", "tag"}));
  EXPECT_EQ(names(find({.tags = kube::StringMap{{"foo", "baz"}, {"x", "z"}}})), Names{});
  EXPECT_EQ(names(find({.tags = kube::StringMap{{"current_version", "1"}, {"foo", "path"}}})),
            (Names{"path/1", "path/2"}));
}

TEST_F(VaultFind, ByTagsIsRefusedOnVersion1) {  // V36
  for (const auto& tags : {kube::StringMap{}, kube::StringMap{{"foo", "baz"}}}) {
    const auto found = find_v1({.tags = tags});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message, "cannot perform find by tag operations with kv version v1");
  }
}

TEST_F(VaultFind, BelowAPathKeepsThePathInTheNames) {  // V37
  EXPECT_EQ(names(find({.path = "path"})), (Names{"path/1", "path/2"}));
  EXPECT_EQ(names(find({.path = "path/", .tags = kube::StringMap{{"foo", "path"}}})), (Names{"path/1", "path/2"}));
  EXPECT_EQ(names(find({.path = "path", .name_regexp = "^path/2$"})), Names{"path/2"});
}

TEST_F(VaultFind, WhereThereIsNothingTheStoreSaysSo) {  // V39
  for (const FindRequest& request : {FindRequest{.path = "none"}, FindRequest{.path = "none", .name_regexp = "."}}) {
    for (const auto& [found, path] :
         {std::pair{find(request), "secret/metadata/none"}, {find_v1(request), "kv1/none"}}) {
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code, Code::kNotFound) << "of which deletionPolicy may act";
      EXPECT_EQ(found.error().message, fmt::format("Secret does not exist: there is nothing at \"{}\"", path));
    }
  }
  EXPECT_EQ(names(find({.path = "path", .name_regexp = "^nobody$"})), Names{}) << "no hit is no absence";
  EXPECT_EQ(vault_.count("metadata/none?list=true"), 2) << "nothing is asked twice";
}

TEST_F(VaultFind, NoNamesAreNoAbsence) {
  vault_.put("GET /v1/secret/metadata/odd?list=true", R"({"keys":[".",".."," x ","../",""]})");
  vault_.put_v2("secret/data/odd/%20x%20", "{}");
  EXPECT_EQ(names(find({.path = "odd"})), Names{"odd/ x "});
  vault_.put("GET /v1/secret/metadata/odd?list=true", R"({"keys":null})");
  EXPECT_EQ(names(find({.path = "odd"})), Names{});
}

TEST_F(VaultFind, WhatGoesWhileItIsSearchedTakesNothingElseWithIt) {
  vault_.put("GET /v1/secret/metadata/busy?list=true", R"({"keys":["gone/","one"]})");
  vault_.put_v2("secret/data/busy/one", "{}");
  const std::string list = R"({"data":{"keys":["gone/","one"]}})";
  vault_.next = {{200, list}, {404, R"({"errors":[]})"}, {200, R"({"data":{"keys":["one"]}})"}};
  EXPECT_EQ(names(find({.path = "busy"})), Names{"busy/one"}) << "looked through anew";
  EXPECT_EQ(vault_.count("list=true"), 3);
  const auto for_ever = find({.path = "busy"});
  ASSERT_FALSE(for_ever);
  EXPECT_EQ(for_ever.error().code, Code::kUnavailable) << "the secrets beside it are there";
  EXPECT_TRUE(for_ever.error().message.contains("any more at \"secret/metadata/busy/gone/\""))
      << for_ever.error().message;
}

TEST_F(VaultFind, ASecretWhoseMetadataIsGoneEndsASearchByTags) {  // V40
  vault_.answers.erase("GET /v1/secret/metadata/tag");
  EXPECT_EQ(names(find({.tags = kube::StringMap{{"foo", "baz"}}})), Names{"!secret not found: tag"});
}

TEST_F(VaultFind, GivesAllOrAnError) {
  for (const char* line :
       {"GET /v1/secret/data/secret2", "GET /v1/secret/metadata/path?list=true", "GET /v1/secret/metadata?list=true"}) {
    const auto whole = vault_.answers;
    vault_.answers[line] = FakeVault::error(403, R"(1 error occurred:\n\t* permission denied\n\n)");
    const auto found = find({.name_regexp = ".*"});
    ASSERT_FALSE(found) << line;
    EXPECT_TRUE(found.error().message.starts_with("cannot read secret data from Vault: ")) << found.error().message;
    vault_.answers = whole;
  }
}

TEST_F(VaultFind, AnExpressionThatIsNoneIsRefusedBeforeAnythingIsAsked) {
  EXPECT_TRUE(find({.name_regexp = "("}).error().message.starts_with("could not compile find.name.regexp [(]"));
  EXPECT_TRUE(find({.path = "../sys"}).error().message.starts_with("find.path \"../sys\""));
  EXPECT_TRUE(vault_.seen.empty());
}

TEST_F(VaultFind, EndsWhenAServerListsFoldersWithoutEnd) {
  std::string keys;
  for (int i = 0; i < 10'001; ++i) keys += fmt::format("{}\"f{}/\"", i == 0 ? "" : ",", i);
  vault_.put("GET /v1/secret/metadata/deep?list=true", "{\"keys\":[" + keys + "]}");
  const auto found = find({.path = "deep"});
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().message.contains("narrow find.path")) << found.error().message;
  EXPECT_EQ(vault_.seen.size(), 1U);
}

TEST_F(VaultFind, ReadsEachOfManyOnce) {
  std::string keys;
  for (int i = 0; i < 100; ++i) {
    keys += fmt::format("{}\"n{}\"", i == 0 ? "" : ",", i);
    vault_.put_v2(fmt::format("secret/data/many/n{}", i), R"({"k":"v"})");
  }
  vault_.put("GET /v1/secret/metadata/many?list=true", "{\"keys\":[" + keys + "]}");
  const auto found = find({.path = "many"});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->size(), 100U);
  EXPECT_EQ(vault_.seen.size(), 101U);
}

TEST_F(VaultFind, WhatNoSecretCouldHoldEndsTheSearch) {
  std::string names;
  for (int i = 0; i < 40; ++i) {
    names += fmt::format(R"({}"s{}")", i == 0 ? "" : ",", i);
    vault_.put_v2(fmt::format("secret/data/big/s{}", i), R"({"a":")" + std::string(900U << 10, 'x') + R"("})");
  }
  vault_.put("GET /v1/secret/metadata/big?list=true", R"({"keys":[)" + names + "]}");
  const auto found = find({.path = "big", .name_regexp = "."});
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().message.contains("matches are more than 4 MiB together")) << found.error().message;
  EXPECT_LE(counter_.counts["HashiCorp/Vault/ReadSecretData/success"], 13) << "eight are read at once";
}

}  // namespace
}  // namespace rotor::providers::vault
