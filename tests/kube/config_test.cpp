#include "kube/client/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/log.hpp"

namespace rotor::kube {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Folder {
  fs::path path = fs::path(testing::TempDir()) / ("rotor-config-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
};

class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    if (value.empty()) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value.c_str(), 1);
    }
  }
  ~Environment() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

std::string config(std::string_view cluster, std::string_view user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
         "contexts:\n- {name: other, context: {cluster: k, user: u}}\n- {name: c, context: {cluster: k, user: u, "
         "namespace: team}}\n"
         "clusters:\n- {name: k, cluster: " +
         std::string(cluster) + "}\nusers:\n- {name: u, user: " + std::string(user) + "}\n";
}

TEST(Kubeconfig, GivesServerTokenAndNamespace) {
  const auto c = parse_kubeconfig(
      config("{server: 'https://h:6443/', tls-server-name: kube, proxy-url: 'http://p:1'}", "{token: t0}"), "/f");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->server, "https://h:6443");
  EXPECT_EQ(c->token.reveal(), "t0");
  EXPECT_EQ(c->ns, "team");
  EXPECT_EQ(c->tls.server_name, "kube");
  EXPECT_EQ(c->proxy_url, "http://p:1");
}

TEST(Kubeconfig, TakesAnotherContextWhenAsked) {
  const auto c = parse_kubeconfig(config("{server: 'https://h'}", "{}"), "/f", "other");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->ns, "");
}

TEST(Kubeconfig, IsReadAsJsonToo) {
  const auto c = parse_kubeconfig(
      R"({"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k"}}],"clusters":[{"name":"k","cluster":{"server":"https://h"}}]})",
      "/f");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_TRUE(c->token.empty());
}

TEST(Kubeconfig, DecodesInlineCertificates) {
  const auto c = parse_kubeconfig(
      config("{server: 'https://h', certificate-authority-data: " + base64_encode("CA PEM") + "}",
             "{client-certificate-data: " + base64_encode("CERT") + ", client-key-data: " + base64_encode("KEY") + "}"),
      "/f");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->tls.ca_pem, "CA PEM");
  EXPECT_EQ(c->tls.certificate_pem, "CERT");
  EXPECT_EQ(c->tls.key_pem.reveal(), "KEY");
}

TEST(Kubeconfig, FindsFilesBesideItself) {
  const Folder folder;
  folder.write("ca.pem", "FILE CA");
  const auto c = parse_kubeconfig(config("{server: 'https://h', certificate-authority: ca.pem}", "{tokenFile: tok}"),
                                  (folder.path / "config").string());
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->tls.ca_pem, "FILE CA");
  EXPECT_EQ(c->token_file, (folder.path / "tok").string());
}

struct BadConfig {
  const char* name;
  std::string text;
  std::vector<std::string> says;
};
void PrintTo(const BadConfig& c, std::ostream* out) { *out << c.name; }
class BadKubeconfig : public testing::TestWithParam<BadConfig> {};
TEST_P(BadKubeconfig, IsRefusedWithFileEntryAndWayOut) {
  const auto c = parse_kubeconfig(GetParam().text, "/home/me/config");
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().code, Code::kInvalid);
  EXPECT_THAT(c.error().message, HasSubstr("/home/me/config"));
  for (const auto& word : GetParam().says) EXPECT_THAT(c.error().message, HasSubstr(word));
}
constexpr const char* kGood = "{server: 'https://h'}";
INSTANTIATE_TEST_SUITE_P(
    Cases, BadKubeconfig,
    testing::Values(
        BadConfig{"not yaml", "a: [", {}}, BadConfig{"no mapping", "- 1", {"not a kubeconfig"}},
        BadConfig{"no context", "clusters: []", {"current-context", "kubectl config use-context"}},
        BadConfig{"unknown context", "current-context: x", {"context named \"x\""}},
        BadConfig{"unknown cluster",
                  "current-context: x\ncontexts: [{name: x, context: {cluster: y}}]",
                  {"cluster named \"y\""}},
        BadConfig{"no server", config("{}", "{}"), {"cluster \"k\"", "server"}},
        BadConfig{"bad server", config("{server: 'h:6443'}", "{}"), {"https://"}},
        BadConfig{"insecure",
                  config("{server: 'https://h', insecure-skip-tls-verify: true}", "{}"),
                  {"certificate-authority-data"}},
        BadConfig{"bad base64",
                  config("{server: 'https://h', certificate-authority-data: '%%'}", "{}"),
                  {"certificate-authority-data", "base64"}},
        BadConfig{"missing CA file",
                  config("{server: 'https://h', certificate-authority: nowhere.pem}", "{}"),
                  {"certificate-authority", "nowhere.pem"}},
        BadConfig{"exec",
                  config(kGood, "{exec: {command: aws-iam-authenticator}}"),
                  {"user \"u\"", "aws-iam-authenticator", "kubectl create token"}},
        BadConfig{"auth provider", config(kGood, "{auth-provider: {name: gcp}}"), {"auth-provider", "token"}},
        BadConfig{"password", config(kGood, "{username: a, password: b}"), {"passwords"}},
        BadConfig{"impersonation", config(kGood, "{as: bob}"), {"impersonation"}},
        BadConfig{"certificate without key", config(kGood, "{client-certificate-data: YQ==}"), {"client-key"}}));

TEST(FindConnection, PrefersTheFlagThenTheVariable) {
  const Folder folder;
  const std::string a = folder.write("a", config("{server: 'https://a'}", "{}"));
  const std::string b = folder.write("b", config("{server: 'https://b'}", "{}"));
  const Environment env("KUBECONFIG", b);
  EXPECT_EQ(find_connection(a)->server, "https://a");
  EXPECT_EQ(find_connection(std::nullopt)->server, "https://b");
  EXPECT_EQ(find_connection("")->server, "https://b");
}

TEST(FindConnection, MergesSeveralFiles) {
  const Folder folder;
  const std::string a = folder.write("a",
                                     "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: "
                                     "u}}]\nusers: [{name: u, user: {token: x}}]");
  const std::string b = folder.write("b", config("{server: 'https://b'}", "{token: y}"));
  const Environment env("KUBECONFIG", "/nowhere/config:" + a + ":" + b);
  const auto c = find_connection(std::nullopt);
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->server, "https://b");
  EXPECT_EQ(c->token.reveal(), "x");
}

TEST(FindConnection, LeavesTheServerUncheckedWhereAPersonsOwnFileSaysSoAndWarnsOnce) {
  const Folder folder;
  const std::string a = folder.write("a", config("{server: 'https://a', insecure-skip-tls-verify: true}", "{}"));
  log::configure(log::Level::kWarn, log::Format::kLogfmt);
  testing::internal::CaptureStderr();
  const auto c = find_connection(a);
  const std::string logged = testing::internal::GetCapturedStderr();
  log::configure(log::Level::kInfo, log::Format::kLogfmt);
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_FALSE(c->tls.check_server);
  EXPECT_EQ(std::ranges::count(logged, '\n'), 1) << logged;
  EXPECT_THAT(logged, HasSubstr(a));
}

TEST(FindConnection, RefusesACaBesideAnUncheckedServer) {
  const Folder folder;
  const std::string a = folder.write(
      "a", config("{server: 'https://a', insecure-skip-tls-verify: true, certificate-authority-data: YQ==}", "{}"));
  EXPECT_THAT(find_connection(a).error().message, HasSubstr("exclude each other"));
}

TEST(FindConnection, ChecksTheServerUnlessToldOtherwise) {
  const Folder folder;
  const std::string a = folder.write("a", config("{server: 'https://a'}", "{}"));
  EXPECT_TRUE(find_connection(a)->tls.check_server);
}

TEST(FindConnection, NamesTheFileItCannotRead) {
  const auto c = find_connection("/nowhere/config");
  ASSERT_FALSE(c);
  EXPECT_THAT(c.error().message, HasSubstr("/nowhere/config"));
}

TEST(FindConnection, SaysWhatToGiveWhenThereIsNothing) {
  const Environment a("KUBECONFIG", "");
  const Environment b("KUBERNETES_SERVICE_HOST", "");
  const Environment c("HOME", "/nowhere");
  EXPECT_THAT(find_connection(std::nullopt).error().message, HasSubstr("--kubeconfig"));
}

TEST(InCluster, ReadsTheMount) {
  const Folder folder;
  folder.write("ca.crt", "CA");
  folder.write("token", "T");
  folder.write("namespace", "rotor-system");
  const Environment host("KUBERNETES_SERVICE_HOST", "fd00::1");
  const Environment port("KUBERNETES_SERVICE_PORT", "443");
  const auto c = in_cluster_connection(folder.path.string());
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->server, "https://[fd00::1]:443");
  EXPECT_EQ(c->tls.ca_pem, "CA");
  EXPECT_EQ(c->token_file, (folder.path / "token").string());
  EXPECT_EQ(c->ns, "rotor-system");
}

TEST(InCluster, NamesWhatIsMissing) {
  const Folder folder;
  const Environment host("KUBERNETES_SERVICE_HOST", "10.0.0.1");
  const Environment port("KUBERNETES_SERVICE_PORT", "443");
  EXPECT_THAT(in_cluster_connection(folder.path.string()).error().message, HasSubstr("ca.crt"));
}

}  // namespace
}  // namespace rotor::kube
