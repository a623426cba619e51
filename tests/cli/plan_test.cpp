#include <gtest/gtest.h>

#include "tests/cli/command.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/local/scratch_folder.hpp"

namespace rotor::cli {
namespace {

std::string example(const std::string& name) { return test::source_path("examples/templates/" + name + ".yaml"); }

Ran run_plan(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"plan", "--no-cluster"});
  return run_command(std::move(arguments));
}

TEST(PlanCommand, NamesWhatIsNewByKeysAndEndsWithTwo) {
  const Ran ran = run_plan({"-f", example("many-users"), "--values", example("many-users.values")});
  EXPECT_EQ(ran.code, 2) << ran.err;
  EXPECT_TRUE(ran.out.contains("new         ExternalSecret shop/many-users: ")) << ran.out;
  EXPECT_TRUE(ran.out.contains("new         Secret shop/many-users: ")) << ran.out;
  EXPECT_TRUE(ran.out.ends_with("\n2 changes\n")) << ran.out;
}

TEST(PlanCommand, SaysWithoutValuesThatTheContentIsNotKnown) {
  const Ran ran = run_plan({"-f", example("many-users"), "-o", "json"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(ran.out.contains("its content is not known: it reads stores")) << ran.out;
}

TEST(PlanCommand, SaysThatValuesOfAFakeStoreAreNotComparedAndWithValuesNothing) {
  test::ScratchFolder folder;
  folder.write("store.yaml",
               "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: s}\n"
               "spec: {provider: {fake: {data: [{key: k, value: canary}]}}}\n---\n"
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
               "spec: {secretStoreRef: {name: s}, data: [{secretKey: a, remoteRef: {key: k}}]}\n");
  const Ran ran = run_plan({"-f", folder.path().string()});
  EXPECT_TRUE(ran.out.contains("not compared: ")) << ran.out;
  EXPECT_TRUE(
      ran.out.contains("store.yaml:1: SecretStore s: the values that this fake store holds; give them with "
                       "--values FILE to see what changes with them\n"))
      << ran.out;
  EXPECT_FALSE(ran.out.contains("canary")) << ran.out;
  folder.write("values.txt", "k: other\n");
  const Ran with = run_plan({"-f", folder.path().string(), "--values", folder / "values.txt"});
  EXPECT_FALSE(with.out.contains("not compared")) << with.out;
}

TEST(PlanCommand, EndsWithOneWhereAdmissionWouldRefuse) {
  test::ScratchFolder folder;
  folder.write("es.yaml",
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\nspec: {}\n---\n"
               "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: s}\n"
               "spec: {provider: {awz: {}}}\n");
  const Ran ran = run_plan({"-f", folder.path().string()});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_TRUE(ran.out.contains("refused     ExternalSecret default/e: ")) << ran.out;
  EXPECT_TRUE(ran.out.contains("either data or dataFrom should be specified")) << ran.out;
  EXPECT_TRUE(ran.out.contains("SecretStore is refused: ")) << ran.out;
  EXPECT_TRUE(ran.out.contains("did you mean \"aws\"?")) << ran.out;
}

TEST(PlanCommand, PassesOnWhatAdmissionWouldWarnOf) {
  test::ScratchFolder folder;
  folder.write("store.yaml",
               "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: s}\n"
               "spec: {provider: {aws: {service: SecretsManager, region: eu-centrl-1, auth: {secretRef: {"
               "accessKeyIDSecretRef: {name: a, key: k}, secretAccessKeySecretRef: {name: a, key: k}}}}}}\n---\n"
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
               "spec: {secretStoreRef: {name: s}, dataFrom: [{extract: {key: doc}}]}\n");
  const Ran ran = run_plan({"-f", folder.path().string()});
  EXPECT_EQ(ran.code, 2) << ran.out << ran.err;
  EXPECT_TRUE(ran.out.contains("did you mean eu-central-1?")) << ran.out;
  const Ran json = run_plan({"-f", folder.path().string(), "-o", "json"});
  EXPECT_TRUE(json.out.contains("\"warnings\"")) << json.out;
}

TEST(PlanCommand, LetsAPlainHttpStorePassWhereTheOperatorWould) {
  test::ScratchFolder folder;
  folder.write("store.yaml",
               "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: s}\n"
               "spec: {provider: {vault: {server: 'http://vault.example.com:8200', path: secret, "
               "auth: {tokenSecretRef: {name: t, key: k}}}}}\n---\n"
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
               "spec: {secretStoreRef: {name: s}, dataFrom: [{extract: {key: doc}}]}\n");
  const Ran refused = run_plan({"-f", folder.path().string()});
  EXPECT_EQ(refused.code, kFailed);
  EXPECT_TRUE(refused.out.contains("SecretStore is refused: ")) << refused.out;
  EXPECT_TRUE(refused.out.contains("--allow-plain-http-endpoints")) << refused.out;
  const Ran let = run_plan({"-f", folder.path().string(), "--allow-plain-http-endpoints"});
  EXPECT_EQ(let.code, 2) << let.out << let.err;
  EXPECT_FALSE(let.out.contains("refused")) << let.out;
}

TEST(PlainHttpFlag, IsTakenByEveryCommandThatJudgesStores) {
  for (const char* command : {"operator", "run", "env", "plan", "apiserver"}) {
    EXPECT_TRUE(run_command({command, "--help"}).out.contains("--allow-plain-http-endpoints")) << command;
  }
}

TEST(PlanCommand, ShowsNoValue) {
  test::ScratchFolder folder;
  folder.write("es.yaml",
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
               "spec: {secretStoreRef: {name: s}, dataFrom: [{extract: {key: doc}}]}\n");
  const std::string values = folder.write("values.txt", "doc: {user: canary-77}\n");
  for (const char* format : {"text", "json", "yaml"}) {
    const Ran ran = run_plan({"-f", folder.path().string(), "--values", values, "-o", format});
    EXPECT_EQ(ran.code, 2) << ran.err;
    EXPECT_TRUE(ran.out.contains("user")) << ran.out;
    EXPECT_FALSE(ran.out.contains("canary") || ran.err.contains("canary"));
  }
}

TEST(PlanCommand, SaysThatAClusterCannotBeReached) {
  test::ScratchFolder folder;
  folder.write("es.yaml",
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
               "spec: {dataFrom: [{extract: {key: doc}}]}\n");
  const Ran ran = run_command({"plan", "-f", folder.path().string(), "--kubeconfig", "/no/such/file"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_TRUE(ran.err.contains("rotor plan: ")) << ran.err;
}

}  // namespace
}  // namespace rotor::cli
