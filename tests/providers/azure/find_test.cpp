// dataFrom.find: which secrets of a vault, over pages.
#include <fmt/format.h>

#include "tests/providers/azure/azure_flow.hpp"

namespace rotor::providers::azure {
namespace {

constexpr const char* kFirst =
    "https://team.vault.azure.net/secrets";  // the fake looks at what is before ?api-version=7.4

std::string item(const std::string& name, const std::string& tags = "", bool enabled = true) {
  return fmt::format(R"({{"id":"https://team.vault.azure.net/secrets/{}","attributes":{{"enabled":{}}}{}}})", name,
                     enabled, tags.empty() ? "" : R"(,"tags":{)" + tags + "}");
}
std::string page(const std::vector<std::string>& items, const std::string& next = "null") {
  std::string text;
  for (const std::string& one : items) text += (text.empty() ? "" : ",") + one;
  return R"({"value":[)" + text + R"(],"nextLink":)" + next + "}";
}

class AzureFind : public AzureFlow {
 protected:
  AzureFind() {
    for (const char* name : {"example-1", "example-2", "other"}) azure_->keep(name, "\"of " + std::string(name) + "\"");
    azure_->objects[kFirst] = page({item("example-1", R"("environment":"dev","author":"seb")"),
                                    item("example-2", R"("environment":"dev")"), item("other"), item("off", "", false),
                                    R"({"id":"https://team.vault.azure.net/secrets/odd"})", R"({"attributes":{}})"});
  }
  std::string find(FindRequest request) {
    auto made = client(kSecretAuth);
    const auto got = pump((*made)->get_all(std::move(request)));
    if (!got) return "!" + got.error().message;
    std::string names;
    for (const auto& [name, value] : *got) names += name + (value.reveal() == "of " + name ? " " : "? ");
    return names;
  }
};

TEST_F(AzureFind, GivesWhatFitsNameAndTags) {
  EXPECT_EQ(find({.name_regexp = "^example"}), "example-1 example-2 ");  // AZ-21
  EXPECT_EQ(azure_->count("/secrets/example"), 2);
  EXPECT_EQ(azure_->calls[1], "GET https://team.vault.azure.net/secrets?api-version=7.4&maxresults=25");
  EXPECT_EQ(find({.tags = {{{"environment", "dev"}, {"author", "seb"}}}}), "example-1 ");   // AZ-22
  EXPECT_EQ(find({.name_regexp = "2", .tags = {{{"environment", "dev"}}}}), "example-2 ");  // AZ-23
  EXPECT_EQ(find({.tags = {{{"environment", "prod"}}}}), "");
  EXPECT_EQ(find({.path = "ignored"}), "example-1 example-2 other ") << "without a condition every enabled one";
  EXPECT_EQ(azure_->count("/secrets/off"), 0);  // AZ-24
  EXPECT_EQ(counter_.counts["Azure/KeyVault/GetSecrets/success"], 5);
}

TEST_F(AzureFind, SaysThatAnExpressionIsNone) {
  EXPECT_TRUE(find({.name_regexp = "["}).starts_with("!could not compile find.name.regexp [[]: "));
  EXPECT_EQ(azure_->calls, Names{});
}

TEST_F(AzureFind, FollowsAllPagesAnEmptyOneToo) {
  const std::string base = "https://team.vault.azure.net:443/secrets";
  azure_->objects[kFirst] = page({item("example-1")}, "\"" + base + "?$skiptoken=a&b=2\"");
  azure_->objects[base + "?$skiptoken=a&b=2"] = page({}, "\"" + base + "?$skiptoken=c\"");
  azure_->objects[base + "?$skiptoken=c"] = page({item("other")}, "\"\"");
  EXPECT_EQ(find({}), "example-1 other ");
}

TEST_F(AzureFind, ANextPageElsewhereGetsNoToken) {
  for (const char* next :
       {"https://evil.example/secrets?x", "http://team.vault.azure.net/secrets?x",
        "https://team.vault.azure.net:8443/secrets?x", "https://team.vault.azure.net.evil.example/?x",
        "https://user@team.vault.azure.net/secrets?x", "/secrets?x", "junk"}) {
    azure_->objects[kFirst] = page({item("example-1")}, "\"" + std::string(next) + "\"");
    azure_->calls.clear();
    EXPECT_EQ(find({}), "!GetSecrets: the list goes on at another server, which gets no token of ours") << next;
    EXPECT_LE(azure_->calls.size(), 2U);
  }
}

TEST_F(AzureFind, AListWithoutAnEndIsAnError) {
  const std::string again = "https://team.vault.azure.net/secrets?$skiptoken=a";
  azure_->objects[kFirst] = page({}, "\"" + again + "\"");
  azure_->objects[again] = page({}, "\"" + again + "\"");
  EXPECT_TRUE(find({}).starts_with("!GetSecrets: the list does not end"));
}

TEST_F(AzureFind, AListOfSomethingElseIsNoEmptyVault) {
  for (const char* body :
       {R"({"value":[1]})", R"({"value":["x"]})", R"({"value":[],"nextLink":7})", R"({"value":{}})"}) {
    azure_->objects[kFirst] = body;
    EXPECT_EQ(find({}), "!GetSecrets: the answer is not a list of secrets") << body;
  }
}

TEST_F(AzureFind, WhatVanishedSinceIsLeftOutAndEveryOtherErrorIsOne) {
  azure_->objects.erase("https://team.vault.azure.net/secrets/example-2/");
  EXPECT_EQ(find({.name_regexp = "^example"}), "example-1 ");
  azure_->objects["https://team.vault.azure.net/secrets/example-2/"] = "{}";
  EXPECT_TRUE(find({.name_regexp = "^example"}).starts_with("!GetSecret: the answer holds no value"));  // AZ-25
}

TEST_F(AzureFind, WhatIsNoListIsAnError) {
  for (const char* body : {"{}", "null", "[]", R"({"value":null})", R"({"value":[)", "<html>", "", R"({"value":{}})"}) {
    azure_->objects[kFirst] = body;
    EXPECT_EQ(find({}), "!GetSecrets: the answer is not a list of secrets") << body;
  }
  azure_->next_vault.assign(9, {404, R"({"error":{"code":"SecretNotFound"}})"});
  EXPECT_EQ(find({}), "!GetSecrets: SecretNotFound") << "a list is never absent";
}

TEST_F(AzureFind, WhatNoSecretCouldHoldEndsTheSearch) {
  std::vector<std::string> items;
  for (int i = 0; i < 9; ++i) {
    const std::string name = fmt::format("big-{}", i);
    azure_->keep(name, '"' + std::string(900U << 10, 'x') + '"');
    items.push_back(item(name));
  }
  azure_->objects[kFirst] = page(items);
  const std::string found = find({.name_regexp = "^big-"});
  EXPECT_TRUE(found.starts_with("!find: the first 5 matches are more than 4 MiB together")) << found.substr(0, 200);
}

}  // namespace
}  // namespace rotor::providers::azure
