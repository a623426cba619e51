#include "providers/kubernetes/read.hpp"

#include <gtest/gtest.h>

#include "providers/kubernetes/kubeconfig.hpp"

namespace rotor::providers::kubernetes {
namespace {

api::Secret sample() {
  api::Secret secret;
  secret.data.emplace("user", SecretBytes("u"));
  secret.data.emplace("a.b", SecretBytes("dotted"));
  secret.data.emplace("doc", SecretBytes(R"({"x":{"y":"deep"},"s":"seb"})"));
  secret.metadata.labels["app.kubernetes.io/name"] = "n";
  secret.metadata.labels["json"] = R"({"k":"v"})";
  return secret;
}

struct ReadCase {
  std::string_view property;
  bool metadata;
  std::string_view expected;  // what starts with "!" is the error
};
class KubernetesRead : public testing::TestWithParam<ReadCase> {};

TEST_P(KubernetesRead, FindsTheProperty) {
  RemoteRef ref;
  ref.key = "s";
  ref.property = GetParam().property;
  if (GetParam().metadata) ref.metadata_policy = "Fetch";
  const auto value = read_value(sample(), ref);
  if (GetParam().expected.starts_with('!')) {
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Code::kInvalid) << "the Secret is there, so nothing says that it was deleted";
    EXPECT_EQ(value.error().message, GetParam().expected.substr(1));
  } else {
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(value->reveal(), GetParam().expected);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, KubernetesRead,
    testing::Values(
        ReadCase{"user", false, "u"}, ReadCase{"a.b", false, "dotted"}, ReadCase{"doc.x.y", false, "deep"},
        ReadCase{"", false, R"({"a.b":"dotted","doc":"{\"x\":{\"y\":\"deep\"},\"s\":\"seb\"}","user":"u"})"},
        ReadCase{"nope", false, "!property nope does not exist in data of secret \"s\""},
        ReadCase{"doc.z", false, "!property doc.z does not exist in data of secret \"s\""},
        ReadCase{"labels.app.kubernetes.io/name", true, "n"}, ReadCase{"labels.json.k", true, "v"},
        ReadCase{"annotations", true, "null"},
        ReadCase{"labels.nope", true, "!property labels.nope does not exist in metadata of secret \"s\""},
        ReadCase{"", true, R"({"annotations":null,"labels":{"app.kubernetes.io/name":"n","json":"{\"k\":\"v\"}"}})"}));

// K3
TEST(KubernetesRead, TakesAKeyWithADotBeforeAPathIntoTheJsonOfAnother) {
  api::Secret secret;
  secret.data.emplace("foo.png", SecretBytes("correct"));
  secret.data.emplace("foo", SecretBytes(R"({"png":"wrong","jpg":"by path"})"));
  RemoteRef ref;
  ref.key = "s";
  ref.property = "foo.png";
  EXPECT_EQ(read_value(secret, ref)->reveal(), "correct");
  ref.property = "foo.jpg";
  EXPECT_EQ(read_value(secret, ref)->reveal(), "by path");
}

// K4
TEST(KubernetesRead, EscapesNoMarkup) {
  api::Secret secret;
  secret.data.emplace("html", SecretBytes("<foobar> & 'x'"));
  secret.metadata.labels["html"] = "<foobar>";
  secret.metadata.annotations["note"] = "a && b";
  RemoteRef ref;
  ref.key = "s";
  EXPECT_EQ(read_value(secret, ref)->reveal(), R"({"html":"<foobar> & 'x'"})");
  ref.metadata_policy = "Fetch";
  EXPECT_EQ(read_value(secret, ref)->reveal(), R"({"annotations":{"note":"a && b"},"labels":{"html":"<foobar>"}})");
  EXPECT_EQ(read_map(secret, ref)->at("annotations").reveal(), R"({"note":"a && b"})");
  ref.property = "labels.html";
  EXPECT_EQ(read_value(secret, ref)->reveal(), "<foobar>");
}

TEST(KubernetesRead, SaysWhichKeysAreNoTextWhereTheWholeIsReadAsJson) {  // 10.4 #51
  api::Secret secret = sample();
  RemoteRef all;
  all.key = "s";
  EXPECT_EQ(read_value(secret, all).altered(), "");
  secret.data.insert_or_assign("bin", SecretBytes(std::string_view("\x00\xff", 2)));
  secret.data.insert_or_assign("zip", SecretBytes("\x80"));
  const auto whole = read_value(secret, all);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->reveal().contains(R"("bin":"\u0000\ufffd")")) << whole->reveal();
  EXPECT_EQ(
      whole.altered(),
      "key \"bin\" of Secret \"s\", key \"zip\" of Secret \"s\": no UTF-8 text, and in the JSON of a whole Secret "
      "each byte that is none arrives as U+FFFD; remoteRef.property reads it as it is");
  RemoteRef one = all;
  one.property = "bin";
  const auto bytes = read_value(secret, one);
  EXPECT_EQ(bytes->reveal(), std::string_view("\x00\xff", 2));
  EXPECT_EQ(bytes.altered(), "");
  one.property.clear();
  one.metadata_policy = "Fetch";
  EXPECT_EQ(read_value(secret, one).altered(), "");
}

TEST(KubernetesReadMap, GivesEveryKeyOrTheMembersOfOne) {
  RemoteRef ref;
  ref.key = "s";
  EXPECT_EQ(read_map(sample(), ref)->size(), 3U);
  ref.property = "doc";
  const auto members = read_map(sample(), ref);
  ASSERT_TRUE(members);
  EXPECT_EQ(members->at("s").reveal(), "\"seb\"") << "quotes stay, as today";
  ref.property = "user";
  EXPECT_EQ(read_map(sample(), ref).error().message,
            "failed to unmarshal secret: invalid JSON format; property \"user\" of key \"s\" is no JSON object, and "
            "dataFrom.extract makes a key of every member: read it with spec.data");
  ref.property = "nope";
  EXPECT_EQ(read_map(sample(), ref).error().code, Code::kInvalid);
  EXPECT_EQ(read_map(sample(), ref).error().message, "property nope does not exist in key s");
}

TEST(KubernetesReadMap, K9_OfMetadataGivesBothMapsOrTheMembersOfOne) {
  RemoteRef ref;
  ref.key = "s";
  ref.metadata_policy = "Fetch";
  const auto both = read_map(sample(), ref);
  EXPECT_EQ(both->at("annotations").reveal(), "null");
  EXPECT_TRUE(both->contains("labels"));
  ref.property = "labels";
  const auto labels = read_map(sample(), ref);
  ASSERT_TRUE(labels) << labels.error().message;
  EXPECT_EQ(labels->size(), 2U);
  EXPECT_EQ(labels->at("app.kubernetes.io/name").reveal(), "\"n\"") << "quotes stay, as today";
  ref.property = "annotations";
  EXPECT_EQ(read_map(sample(), ref)->size(), 0U);
  ref.property = "foo";
  EXPECT_EQ(read_map(sample(), ref).error().message, "property foo does not exist in metadata of secret \"s\"");
}

std::string kubeconfig(const std::string& cluster, const std::string& user) {
  return "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: " +
         cluster + "}]\nusers: [{name: u, user: " + user + "}]\n";
}

TEST(InlineKubeconfig, RefusesWhatWouldReadFilesOrRunProgramsHoweverItIsWritten) {
  const std::string cluster = "{server: 'https://other.example'}";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{exec: {command: sh}}", "exec"},           {"{auth-provider: {name: gcp}}", "auth-provider"},
      {"{tokenFile: /etc/token}", "tokenFile"},    {"{tokenFile : /etc/token}", "tokenFile"},
      {"{'tokenFile': /etc/token}", "tokenFile"},  {"{\"token\\x46ile\": /etc/token}", "tokenFile"},
      {"{? tokenFile : /etc/token}", "tokenFile"}, {"{<<: {tokenFile: /etc/token}}", "tokenFile"},
      {"{client-key: /etc/key}", "client-key"},    {"{client-certificate: /etc/cert}", "client-certificate"},
  };
  for (const auto& [user, member] : cases) {
    const auto config = inline_kubeconfig(SecretBytes(kubeconfig(cluster, user)));
    ASSERT_FALSE(config) << user;
    EXPECT_TRUE(config.error().message.starts_with("the kubeconfig of authRef uses " + member + ":"))
        << user << " " << config.error().message;
  }
  const auto ca = inline_kubeconfig(
      SecretBytes(kubeconfig("{server: 'https://other.example', certificate-authority: /etc/ca}", "{token: t}")));
  EXPECT_TRUE(ca.error().message.contains("certificate-authority:")) << ca.error().message;
}

TEST(InlineKubeconfig, NamesNoAddressThatAStoreMayNot) {
  for (const char* cluster : {"{server: 'https://169.254.169.254'}", "{server: 'http://other.example'}",
                              "{server: 'https://other.example', proxy-url: 'http://169.254.169.254'}",
                              "{server: 'https://other.example', insecure-skip-tls-verify: true}"}) {
    EXPECT_FALSE(inline_kubeconfig(SecretBytes(kubeconfig(cluster, "{token: t}")))) << cluster;
  }
  const auto config = inline_kubeconfig(
      SecretBytes(kubeconfig("{server: 'https://other.example', tls-server-name: kubernetes}", "{token: t}")));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server, "https://other.example");
  EXPECT_EQ(config->tls.server_name, "kubernetes");
  EXPECT_EQ(config->token.reveal(), "t");
}

}  // namespace
}  // namespace rotor::providers::kubernetes
