// The pod of an OpenClawInstance on this machine: what its init containers do is there, and its probes are asked.
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/crds.hpp"
#include "apiserver/server/embedded_server.hpp"
#include "kube/client/config.hpp"
#include "local/node/agent.hpp"
#include "local/node/launch.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/local/scratch.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::put;
using testing::Contains;
using testing::HasSubstr;

// Everything that the operator puts into a pod, by the names of the existing one.
constexpr const char* kPod = R"({
  "metadata":{"name":"foo-0","namespace":"ns","uid":"1",
    "ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"foo","uid":"s","controller":true}]},
  "spec":{
    "terminationGracePeriodSeconds":330,
    "volumes":[
      {"name":"data","persistentVolumeClaim":{"claimName":"foo-data"}},
      {"name":"config","configMap":{"name":"foo-config","defaultMode":420}},
      {"name":"otel-collector-config","configMap":{"name":"foo-config","items":[{"key":"otel-collector.yaml","path":"otel-collector.yaml"}]}},
      {"name":"workspace-init","configMap":{"name":"foo-workspace","defaultMode":420}},
      {"name":"init-tmp","emptyDir":{}},{"name":"tmp","emptyDir":{}},{"name":"gateway-proxy-tmp","emptyDir":{}}],
    "initContainers":[
      {"name":"init-config","image":"busybox","command":["sh","-c","exit 1"],"volumeMounts":[
        {"name":"data","mountPath":"/data"},{"name":"config","mountPath":"/config"},
        {"name":"init-tmp","mountPath":"/tmp"},{"name":"workspace-init","mountPath":"/workspace-init","readOnly":true}]},
      {"name":"init-uv","image":"uv","volumeMounts":[{"name":"data","mountPath":"/data"}]},
      {"name":"init-pip","image":"openclaw"},{"name":"init-plugin-runtime-deps","image":"openclaw"}],
    "containers":[
      {"name":"openclaw","image":"openclaw",
       "ports":[{"name":"gateway","containerPort":18789},{"name":"canvas","containerPort":18793}],
       "env":[{"name":"HOME","value":"/home/openclaw"},{"name":"NPM_CONFIG_PREFIX","value":"/home/openclaw/.local"},
              {"name":"PATH","value":"/home/openclaw/.openclaw/.local/bin:/usr/bin"}],
       "volumeMounts":[{"name":"data","mountPath":"/home/openclaw/.openclaw"},
         {"name":"data","mountPath":"/home/openclaw/.local","subPath":".local"},
         {"name":"data","mountPath":"/home/openclaw/.cache","subPath":".cache"},
         {"name":"data","mountPath":"/home/openclaw/.config","subPath":".config"},
         {"name":"tmp","mountPath":"/tmp"},{"name":"config","mountPath":"/operator-config","readOnly":true}],
       "lifecycle":{"postStart":{"exec":{"command":["sh","-c","exit 1"]}}},
       "livenessProbe":{"httpGet":{"path":"/healthz","port":18790},"initialDelaySeconds":30,"periodSeconds":10,"timeoutSeconds":5},
       "readinessProbe":{"httpGet":{"path":"/readyz","port":18790},"initialDelaySeconds":5,"periodSeconds":5,"timeoutSeconds":3},
       "startupProbe":{"httpGet":{"path":"/healthz","port":18790},"initialDelaySeconds":5,"periodSeconds":5,"timeoutSeconds":3,"failureThreshold":60}},
      {"name":"gateway-proxy","image":"nginx"},{"name":"otel-collector","image":"otel"}]}})";

constexpr const char* kConfig = R"({"gateway":{"mode":"local","bind":"lan"},"model":"a"})";

class Agent : public testing::Test {
 protected:
  Agent() : timeline(world.clock(), [this](std::string line) { said += line; }) {
    auto config = kube::parse_kubeconfig(world.server().kubeconfig().reveal(), "embedded").value();
    client = kube::make_client(world.loop().executor(), world.clock(), config, "test/1").value();
    storage = std::make_unique<PodStorage>(*client, world.clock(), timeline,
                                           DataFolder::open({scratch.path("data")}).value());
    options.storage = storage.get();
    options.base.push_back({"PATH", SecretBytes("/my/bin")});
    options.command = {"openclaw", "gateway"};
  }

  void config_map(const std::string& name, const std::string& key, const std::string& text) {
    const json::Object data{{key, text}};
    if (!world.get(test::kConfigMaps, name).is_null()) world.remove(test::kConfigMaps, name);
    world.create(test::kConfigMaps, name,
                 fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{}}})", name,
                             json::serialize(json::Value(data))));
  }
  void both_maps() {
    config_map("foo-config", "openclaw.json", kConfig);
    config_map("foo-workspace", "ENVIRONMENT.md", "where you are");
  }

  Result<Launch> launch(std::uint16_t port = 4711) {
    const auto pod = std::make_shared<const api::Pod>(json::read<api::Pod>(kPod).value());
    return test::run_task(world.loop().io(), launch_of(*client, pod, options, port));
  }

  static std::string value(const Launch& launch, std::string_view name) {
    for (const Variable& variable : launch.command.environment) {
      if (variable.name == name) return std::string(variable.value.reveal());
    }
    return "(none)";
  }

  test::Scratch scratch;
  test::OpenClawWorld world;
  std::string said;
  Timeline timeline;
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<PodStorage> storage;
  NodeOptions options;
};

TEST_F(Agent, FindsItsConfigurationItsStateAndItsPortThroughItsEnvironment) {
  both_maps();
  const Launch made = launch().value();
  const std::string state = value(made, "OPENCLAW_STATE_DIR");
  EXPECT_TRUE(fs::is_directory(state));
  EXPECT_EQ(value(made, "OPENCLAW_CONFIG_PATH"), state + "/openclaw.json");
  EXPECT_EQ(value(made, "OPENCLAW_GATEWAY_PORT"), "4711");
  EXPECT_TRUE(fs::is_directory(value(made, "TMPDIR")));
  EXPECT_TRUE(fs::equivalent(value(made, "HOME") + "/.openclaw", state));
  EXPECT_EQ(value(made, "PATH"), state + "/.local/bin:/usr/bin:/my/bin") << "programs are this machine's";
  const auto config = json::parse(content(state + "/openclaw.json")).value();
  EXPECT_EQ(json::find_string(config, "gateway.mode"), "local");
  EXPECT_EQ(json::find_string(config, "gateway.bind"), "loopback");
  EXPECT_EQ(content(state + "/workspace/ENVIRONMENT.md"), "where you are");
}

TEST_F(Agent, AnswersItsProbesOnItsOwnPortForThereIsNoProxy) {
  both_maps();
  const Launch made = launch().value();
  EXPECT_EQ(made.gateway, 4711);
  for (const ProbeRole role : {ProbeRole::kStartup, ProbeRole::kLiveness, ProbeRole::kReadiness}) {
    ASSERT_TRUE(made.probes.of(role));
    EXPECT_EQ(made.probes.of(role)->port, 4711);
  }
  EXPECT_EQ(made.probes.of(ProbeRole::kReadiness)->path, "/readyz");
}

TEST_F(Agent, IsAskedNothingWhenAnotherProgramStandsInForIt) {
  both_maps();
  options.command = {"examples/show-environment"};
  const Launch made = launch().value();
  EXPECT_TRUE(made.probes.empty());
  EXPECT_EQ(made.gateway, 0);
  EXPECT_EQ(value(made, "OPENCLAW_GATEWAY_PORT"), "4711") << "it may listen there all the same";
}

TEST_F(Agent, HearsWhatIsNotDoneForItHere) {
  both_maps();
  const Launch made = launch().value();
  EXPECT_THAT(made.notes, Contains(HasSubstr("init-uv, init-pip, init-plugin-runtime-deps")));
  EXPECT_THAT(made.notes, Contains(HasSubstr("gateway-proxy, otel-collector")));
}

TEST_F(Agent, WaitsForTheConfigMapsOfItsInitContainerByName) {
  config_map("foo-config", "openclaw.json", kConfig);
  const auto waiting = launch();
  ASSERT_FALSE(waiting.has_value());
  EXPECT_EQ(waiting.error().code, Code::kNotFound);
  EXPECT_EQ(waiting.error().message, "configmap \"foo-workspace\" not found");
  const References woken_by = agent_references(json::read<api::Pod>(kPod).value().spec);
  EXPECT_THAT(woken_by.config_maps, Contains("foo-workspace"));
}

TEST_F(Agent, KeepsWhatTheProgramWroteWhenItsConfigurationIsMerged) {
  both_maps();
  world.instance("foo", R"({"config":{"mergeMode":"merge","forcePaths":["model"],"raw":{}}})");
  const std::string state = value(launch().value(), "OPENCLAW_STATE_DIR");
  config_map("foo-config", "openclaw.json", R"({"gateway":{"mode":"local"}})");
  put(state + "/openclaw.json", R"({"meta":{"by":"program"},"model":"b","gateway":{"bind":"lan","mode":"x"}})");
  ASSERT_TRUE(launch().has_value());
  const auto config = json::parse(content(state + "/openclaw.json")).value();
  EXPECT_EQ(json::find_string(config, "meta.by"), "program");
  EXPECT_EQ(json::find(config, "model"), nullptr) << "a forced path";
  EXPECT_EQ(json::find_string(config, "gateway.mode"), "local");
  EXPECT_EQ(json::find_string(config, "gateway.bind"), "loopback");
}

TEST_F(Agent, HasItsConfigurationWrittenAnewAtEachStartOtherwise) {
  both_maps();
  const std::string state = value(launch().value(), "OPENCLAW_STATE_DIR");
  put(state + "/openclaw.json", R"({"bogus":true})");
  ASSERT_TRUE(launch().has_value());
  EXPECT_THAT(content(state + "/openclaw.json"), testing::Not(HasSubstr("bogus")));
}

TEST_F(Agent, KeepsItsWorkspaceAsItChangedIt) {
  both_maps();
  world.instance("foo", R"({"workspace":{"initialFiles":{"notes/a.md":"A"}}})");
  const std::string state = value(launch().value(), "OPENCLAW_STATE_DIR");
  EXPECT_EQ(content(state + "/workspace/notes/a.md"), "A");
  put(state + "/workspace/notes/a.md", "mine");
  ASSERT_TRUE(launch().has_value());
  EXPECT_EQ(content(state + "/workspace/notes/a.md"), "mine");
}

TEST_F(Agent, IsNotWelcomedTwice) {
  config_map("foo-config", "openclaw.json", kConfig);
  config_map("foo-workspace", "BOOTSTRAP.md", "who are you?");
  const std::string workspace = value(launch().value(), "OPENCLAW_STATE_DIR") + "/workspace";
  EXPECT_TRUE(fs::exists(workspace + "/BOOTSTRAP.md"));
  fs::remove(workspace + "/BOOTSTRAP.md");
  put(workspace + "/IDENTITY.md", "I am");
  ASSERT_TRUE(launch().has_value());
  EXPECT_FALSE(fs::exists(workspace + "/BOOTSTRAP.md"));
}

}  // namespace
}  // namespace rotor::local
