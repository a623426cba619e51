// `rotor support-bundle` on an API server in which a value lies everywhere that one can lie.
#include <array>
#include <cstdio>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "api/core/namespace.hpp"
#include "api/core/pod.hpp"
#include "api/core/secret.hpp"
#include "api/crds.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/openclaw/instance.hpp"
#include "apiserver/server/embedded_server.hpp"
#include "base/activities.hpp"
#include "cli/providers.hpp"
#include "kube/client/config.hpp"
#include "kube/events/event.hpp"
#include "tests/cli/command.hpp"
#include "tests/cli/rotor_process.hpp"

namespace rotor::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string output_of(const std::string& command) {
  std::string out;
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "";
  std::array<char, 4096> block{};
  for (std::size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe)) > 0;) out.append(block.data(), n);
  return pclose(pipe) == 0 ? out : "it failed: " + out;
}

class SupportBundleOfAServer : public testing::Test {
 protected:
  SupportBundleOfAServer() : server_(apiserver::EmbeddedServer::start({.directory = folder.path("server")}).value()) {
    constexpr kube::Resource kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                   "CustomResourceDefinition", false};
    for (const std::string& crd : api::crds()) create(kCrds, "", crd);
    for (const char* ns : {"shop", "rotor-system"}) {
      create(kube::kResource<api::Namespace>, "",
             std::string(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")") + ns + R"("}})");
    }
  }
  void create(const kube::Resource& resource, const std::string& ns, const std::string& object) {
    boost::asio::io_context io(1);
    SystemClock clock;
    const auto client =
        kube::make_client(io.get_executor(), clock, kube::find_connection(server_->kubeconfig_path()).value(), "test")
            .value();
    std::optional<Result<SecretBytes>> answer;
    run_to_end(io, create_one(client.get(), resource, ns, object, &answer), std::chrono::seconds(20));
    ASSERT_TRUE(answer && answer->has_value()) << (answer ? answer->error().message : "no answer") << "\n" << object;
  }
  Ran bundle(std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"support-bundle", "--kubeconfig", server_->kubeconfig_path(), "-o", file()};
    all.insert(all.end(), more.begin(), more.end());
    return run_command(all);
  }
  std::string file() const { return folder.path("bundle.tar.gz"); }

  Folder folder;

 private:
  static Task<> create_one(kube::Client* client, kube::Resource resource, std::string ns, std::string object,
                           std::optional<Result<SecretBytes>>* answer) {
    *answer = co_await client->create(resource, std::move(ns), SecretBytes(object));
  }
  std::unique_ptr<apiserver::EmbeddedServer> server_;
};

TEST_F(SupportBundleOfAServer, IsOneFileForItsOwnerAloneWithoutAnyValue) {
  create(kube::kResource<api::Secret>, "shop",
         R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys","annotations":{"note":"canary-5b1f"}},
             "stringData":{"K":"canary-5b1f"}})");
  create(kube::kResource<api::es::SecretStore>, "shop",
         R"({"apiVersion":"external-secrets.io/v1","kind":"SecretStore","metadata":{"name":"store",
             "annotations":{"note":"canary-5b1f"}},"spec":{"provider":{"fake":{"data":[{"key":"k","value":"canary-5b1f"}]}}}})");
  create(kube::kResource<api::es::ExternalSecret>, "shop",
         R"({"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret","metadata":{"name":"keys"},
             "spec":{"secretStoreRef":{"name":"store"},"target":{"template":{"data":{"c":"canary-5b1f {{ .K }}"}}},
             "data":[{"secretKey":"K","remoteRef":{"key":"prod/db"}}]}})");
  create(kube::kResource<api::OpenClawInstance>, "shop",
         R"({"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance","metadata":{"name":"agent"},
             "spec":{"env":[{"name":"TOKEN","value":"canary-5b1f"}],"config":{"raw":{"token":"canary-5b1f"}}}})");
  create(
      kube::kResource<kube::Event>, "shop",
      R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"e"},"involvedObject":{"apiVersion":"external-secrets.io/v1",
             "kind":"ExternalSecret","namespace":"shop","name":"keys"},"source":{"component":"somebody"},"type":"Warning",
             "reason":"Note","message":"canary-5b1f"})");
  create(kube::kResource<api::Pod>, "rotor-system",
         R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"rotor-0","labels":{"app.kubernetes.io/name":"rotor"}},
             "spec":{"containers":[{"name":"rotor","image":"rotor:0.1.0","env":[{"name":"P","value":"canary-5b1f"}]}]}})");

  const Ran ran = bundle();
  ASSERT_EQ(ran.code, kOk) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, testing::StartsWith(file() + ": "));
  EXPECT_THAT(ran.out, HasSubstr("could not be had:\n"));
  struct stat info{};
  ASSERT_EQ(stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);

  const std::string all = output_of("tar -xzOf " + file());
  EXPECT_THAT(all, Not(HasSubstr("canary-5b1f")));
  EXPECT_THAT(all, Not(HasSubstr("Y2FuYXJ5"))) << "nor in base64";
  for (const char* part : {"prod/db", "SecretStore shop/store", "\"name\": \"agent\"", "rotor:0.1.0", "gitVersion",
                           "WHAT WAS LEFT OUT", "(left out: a text of 11 bytes)"}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
  EXPECT_THAT(output_of("tar -tzf " + file()), testing::ContainsRegex("^rotor-support-[0-9]+T[0-9]+Z/README.txt\n"));
}

TEST(ProviderNames, AreThoseThatReadSomething) {
  boost::asio::io_context io(1);
  SystemClock clock;
  EXPECT_THAT(provider_names(io.get_executor(), clock),
              testing::ElementsAre("aws", "azurekv", "doppler", "fake", "gcpsm", "kubernetes", "onepassword", "openBao",
                                   "vault"));
}

TEST_F(SupportBundleOfAServer, ShowsTheSettingsOfEveryBackEndThatIsBuilt) {
  boost::asio::io_context io(1);
  SystemClock clock;
  const std::vector<std::string> names = provider_names(io.get_executor(), clock);
  for (const std::string& name : names) {
    create(kube::kResource<api::es::SecretStore>, "shop",
           R"({"apiVersion":"external-secrets.io/v1","kind":"SecretStore","metadata":{"generateName":"store-"},
               "spec":{"provider":{")" +
               name + R"(":{"path":"path-of-)" + name + R"("}}}})");
  }
  ASSERT_EQ(bundle().code, kOk);
  const std::string all = output_of("tar -xzOf " + file());
  for (const std::string& name : names) EXPECT_THAT(all, HasSubstr("\"path\": \"path-of-" + name + "\""));
}

TEST_F(SupportBundleOfAServer, IsWrittenIntoNoFolder) {
  const Ran ran =
      run_command({"support-bundle", "--kubeconfig", folder.path("server/kubeconfig"), "-o", folder.path()});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.err, HasSubstr("is a folder; name a file in it"));
}

// As /dev/null is, and /dev/stdout leads to: replaced it would be gone for everybody.
TEST_F(SupportBundleOfAServer, TakesNoDevicesOrPipesPlace) {
  const std::string pipe = folder.path("pipe");
  const std::string link = folder.path("link");
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRWXU), 0);
  std::filesystem::create_symlink(pipe, link);
  for (const std::string& path : {pipe, link}) {
    const Ran ran = run_command({"support-bundle", "--kubeconfig", folder.path("server/kubeconfig"), "-o", path});
    EXPECT_EQ(ran.code, kFailed) << path;
    EXPECT_THAT(ran.err, HasSubstr("writing " + path + ": it is there and no ordinary file; name another one"));
  }
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST(SupportBundleCommand, WritesNothingWhenTheServerCannotBeAsked) {
  const Folder folder;
  const std::string kubeconfig = folder.write(
      "kubeconfig",
      "{current-context: c, contexts: [{name: c, context: {cluster: k}}], clusters: [{name: k, cluster: {server: "
      "'http://127.0.0.1:1'}}]}");
  const Ran ran = run_command({"support-bundle", "--kubeconfig", kubeconfig, "-o", folder.path("b.tar.gz")});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.err, testing::StartsWith("rotor support-bundle: http://127.0.0.1:1: "));
  EXPECT_FALSE(std::filesystem::exists(folder.path("b.tar.gz")));
}

}  // namespace
}  // namespace rotor::cli
