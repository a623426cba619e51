// dataFrom.find, over sockets.
#include <gtest/gtest.h>

#include "tests/providers/gcp/gcp_flow.hpp"

namespace rotor::providers::gcp {
namespace {

class GcpFind : public GcpFlow {
 protected:
  GcpFind() {
    google_.secrets.clear();
    add("db-one", "1", R"("labels":{"team":"a","env":"x"})");
    add("db-two", "2", R"("labels":{"team":"a","env":"y"})");
    add("my-db-x", "3", R"("labels":{"team":"b"})");
    google_.secrets["projects/proj/secrets/db-empty"] = {.versions = {}, .more = R"("labels":{"team":"a"})"};
    google_.secrets["projects/proj/locations/eu/secrets/db-eu"] = {.versions = {{"eu"}},
                                                                   .more = R"("labels":{"team":"a"})"};
  }

  void add(const std::string& name, const std::string& value, const std::string& more) {
    google_.secrets["projects/proj/secrets/" + name] = {.versions = {{value}}, .more = more};
  }

  // "db-one=1 db-two=2", or the error.
  std::string find(FindRequest request, const std::string& more = "") {
    auto sm = client(more + kKeyAuth);
    const auto found = pump((*sm)->get_all(std::move(request)));
    if (!found) return "!" + found.error().message;
    std::string out;
    for (const auto& [name, value] : *found) {
      out += (out.empty() ? "" : " ") + name + "=" + std::string(value.reveal());
    }
    return out;
  }
};

TEST_F(GcpFind, ByNameGoesThroughAllPagesAndLeavesOutWhatHasNoVersion) {
  google_.page_size = 1;
  EXPECT_EQ(find({.name_regexp = "^db-"}), "db-one=1 db-two=2");
  EXPECT_EQ(google_.calls[1], "GET /v1/projects/proj/secrets?pageSize=1000");
  EXPECT_EQ(google_.calls[2], "GET /v1/projects/proj/secrets?pageSize=1000&pageToken=1");
  EXPECT_EQ(counter_.counts["GCP/SecretManager/ListSecrets/success"], 4);
  EXPECT_EQ(counter_.counts["GCP/SecretManager/AccessSecretVersion/success"], 2);
}

TEST_F(GcpFind, APathIsABeginningThatTheServerOnlyHelpsWith) {
  EXPECT_EQ(find({.path = "db-", .name_regexp = "o"}), "db-one=1 db-two=2");
  EXPECT_EQ(google_.calls[1], "GET /v1/projects/proj/secrets?pageSize=1000&filter=name%3A%22db-%22");
}

TEST_F(GcpFind, ByTagsIsFilteredByTheServerAndByUs) {
  EXPECT_EQ(find({.tags = kube::StringMap{{"team", "a"}}}), "db-one=1 db-two=2");
  EXPECT_EQ(google_.calls[1], "GET /v1/projects/proj/secrets?pageSize=1000&filter=labels.team%3D%22a%22");
  google_.calls.clear();
  EXPECT_EQ(find({.path = "my", .tags = kube::StringMap{{"env", "\"x\\"}, {"team", "b"}}}), "");
  EXPECT_TRUE(
      google_.calls[0].ends_with("filter=labels.env%3D%22%5C%22x%5C%5C%22%20labels.team%3D%22b%22%20name%3A%22my%22"))
      << google_.calls[0];
  EXPECT_EQ(find({.tags = kube::StringMap{{"a OR b", "x"}}}), "!find.tags: \"a OR b\" is no name of a label");
}

TEST_F(GcpFind, OfALocationAsksThatLocation) {
  EXPECT_EQ(find({.tags = kube::StringMap{{"team", "a"}}}, R"("location":"eu",)"), "db-eu=eu");
  EXPECT_EQ(google_.calls[1], "GET /v1/projects/proj/locations/eu/secrets?pageSize=1000&filter=labels.team%3D%22a%22");
}

TEST_F(GcpFind, NothingThatMatchesIsAnEmptyMapAndAnErrorIsNot) {
  EXPECT_EQ(find({.name_regexp = "^zzz"}), "");
  google_.next_api = {{200, "{}"}};  // how Google says that there are none at all
  EXPECT_EQ(find({.name_regexp = "."}), "");
  for (const FakeGoogle::Answer& answer : std::vector<FakeGoogle::Answer>{{200, "[]"},
                                                                          {200, R"({"data":null})"},
                                                                          {200, ""},
                                                                          {204, ""},
                                                                          {200, R"({"secrets":[{}]})"},
                                                                          {403, "{}"},
                                                                          {404, "{}"}}) {
    google_.next_api.assign(4, answer);
    EXPECT_TRUE(find({.name_regexp = "."}).starts_with("!failed to list secrets: ")) << answer.status << answer.body;
    google_.next_api.clear();
  }
}

TEST_F(GcpFind, PagesThatDoNotEndAreAnError) {
  for (int i = 0; i < 3; ++i) google_.next_api.push_back({200, R"({"secrets":[],"nextPageToken":"again"})"});
  EXPECT_EQ(find({.name_regexp = "."}), "!failed to list secrets: ListSecrets: the pages of the list do not end");
  google_.next_api = {{200, R"({"nextPageToken":"1"})"}};  // an empty page is not the end
  EXPECT_EQ(find({.name_regexp = "^my"}), "my-db-x=3");
}

TEST_F(GcpFind, OneValueThatCannotBeReadFailsAllAndIsNamed) {
  google_.secrets["projects/proj/secrets/db-two"].versions[0].state = "DISABLED";
  const std::string message = find({.name_regexp = "^db-"});
  EXPECT_TRUE(message.starts_with("!secret db-two: unable to access Secret from SecretManager Client: ")) << message;
}

TEST_F(GcpFind, NeedsANameOrTags) {
  EXPECT_TRUE(find({.path = "x"}).starts_with("!unexpected find operator"));
  EXPECT_TRUE(find({.name_regexp = "("}).starts_with("!could not compile find.name.regexp"));
  EXPECT_EQ(google_.calls, Names{});
}

TEST_F(GcpFind, WhatNoSecretCouldHoldEndsTheSearch) {
  for (int i = 0; i < 9; ++i) add(fmt::format("big-{}", i), std::string(900U << 10, 'x'), R"("labels":{})");
  const std::string found = find({.name_regexp = "^big-"});
  EXPECT_TRUE(found.starts_with("!find: the first 5 matches are more than 4 MiB together")) << found.substr(0, 200);
  EXPECT_EQ(counter_.counts["GCP/SecretManager/AccessSecretVersion/success"], 5) << "nothing more is asked for";
}

}  // namespace
}  // namespace rotor::providers::gcp
