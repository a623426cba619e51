// The scripts of a pod that takes values without a restart, run by a real shell and a real Node; `openclaw` is a script
// of the test's.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "openclaw/builders/in_place.hpp"
#include "tests/openclaw/instances.hpp"

namespace rotor::openclaw {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class InPlaceScripts : public testing::Test {
 protected:
  InPlaceScripts() {
    std::string pattern = (fs::temp_directory_path() / "in-place-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
    fs::create_directories(root / "tools");
    put("reload.js", in_place_reload());
    delivers("", "canary-1");
    openclaw("*)", "");
  }
  ~InPlaceScripts() override { fs::remove_all(root); }

  void put(const fs::path& name, std::string_view text) const { std::ofstream(root / name) << text; }
  std::string content(const fs::path& name) const {
    std::ifstream in(root / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // As a kubelet does: all of it at once.
  void delivers(const std::string& mark, const std::string& value) {
    const fs::path fresh = root / ("secrets/..v" + std::to_string(++deliveries));
    fs::create_directories(fresh / "values");
    std::ofstream(fresh / "mark") << mark;
    std::ofstream(fresh / "values" / "ANTHROPIC_API_KEY") << value;
    fs::create_directory_symlink(fresh.filename(), root / "secrets/..data_tmp");
    fs::rename(root / "secrets/..data_tmp", root / "secrets/..data");
    if (deliveries == 1) fs::create_directory_symlink("..data/values", root / "secrets/values");
  }
  // What `secrets reload` and the model call do, in sh.
  void openclaw(std::string_view reload, std::string_view call) const {
    put("openclaw", "#!/bin/sh\necho \"$*\" >> \"" + root.string() + "/asked\"\ncase \"$1\" in\nsecrets) " +
                        std::string(reload) + " ;;\ninfer) " + std::string(call) + " ;;\nesac\n");
    fs::permissions(root / "openclaw", fs::perms::owner_all);
  }
  int shell(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer{};
    said.clear();
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) said += buffer.data();
    return WEXITSTATUS(::pclose(pipe));
  }
  std::string command(const std::string& limit) const {
    const std::string folder = root.string();
    return "cd " + folder + " && export PATH=" + folder +
           ":$PATH OPENCLAW_GATEWAY_PORT=1 ROTOR_RELOAD_VALUES=" + folder + "/secrets ROTOR_RELOAD_TOOLS=" + folder +
           "/tools ROTOR_RELOAD_REPORT=" + folder +
           "/report ROTOR_RELOAD_PAUSE_MS=20 ROTOR_RELOAD_DELIVERY_MS=300 ROTOR_RELOAD_PATIENCE_MS=300 "
           "ROTOR_RELOAD_RETRY_MS=50 && exec timeout " +
           limit + " node -e \"$(cat reload.js)\"";
  }
  // Until it ends, or for as long: 124 then.
  int reload(const std::string& limit = "20") { return shell(command(limit)); }
  // Has run before, and knows the values that are there.
  void knows() {
    shell("( " + command("20") + " ) >/dev/null 2>&1 & while [ ! -e " + (root / "tools/delivered.json").string() +
          " ]; do sleep 0.05; done; kill $!");
    ASSERT_THAT(content("tools/delivered.json"), HasSubstr(R"("mark":"")"));
  }
  std::string report() const { return content("report"); }

  fs::path root;
  std::string said;
  int deliveries = 0;
};

constexpr std::string_view kReloaded = R"(echo 'Config warnings: none'; echo '{"ok":true,"warningCount":0}')";

TEST_F(InPlaceScripts, AValueWithItsMarkIsLoadedAndTriedAndReported) {
  knows();
  openclaw(kReloaded, "exit 0");
  delivers("m1 then", "canary-2");
  EXPECT_EQ(reload(), 0) << said;
  EXPECT_EQ(report(), R"({"mark":"m1 then","result":"ok"})");
  EXPECT_EQ(content("asked"), "secrets reload --json\ninfer model run --gateway --prompt ping --json\n");
  EXPECT_THAT(said + content("tools/delivered.json"), Not(HasSubstr("canary")));
}

TEST_F(InPlaceScripts, NothingIsLoadedBeforeTheOperatorSaysSo) {
  knows();
  delivers("", "canary-2");
  EXPECT_EQ(reload("0.6"), 124);
  EXPECT_EQ(content("asked"), "");
}

TEST_F(InPlaceScripts, WhatWasDeliveredIsNotDeliveredAgainWhenTheContainerStartsAgain) {
  knows();
  openclaw(kReloaded, "exit 0");
  delivers("m1", "canary-2");
  ASSERT_EQ(reload(), 0) << said;
  fs::remove(root / "report");
  EXPECT_EQ(reload("0.6"), 124);
  EXPECT_EQ(report(), "");

  delivers("m1", "canary-3");  // the mark was faster than a second value
  EXPECT_EQ(reload(), 0) << said;
  EXPECT_EQ(report(), R"({"mark":"m1","result":"ok"})");
}

TEST_F(InPlaceScripts, AMarkWithoutAnotherValueIsAnsweredOnceTheKubeletHadItsTime) {
  knows();
  openclaw(kReloaded, "exit 0");
  delivers("m1", "canary-1");
  EXPECT_EQ(reload(), 0) << said;
  EXPECT_EQ(report(), R"({"mark":"m1","result":"ok"})");
}

struct ResultRow {
  std::string_view reload, call, result;
};

TEST_F(InPlaceScripts, WhateverGoesWrongHasAWordOfItsOwn) {
  const std::vector<ResultRow> rows = {
      {R"(echo '{"ok":true,"warningCount":1}')", "exit 0", "reload-warned"},
      {R"(echo '{"ok":false}'; exit 1)", "exit 0", "reload-failed"},
      {R"(echo 'no JSON')", "exit 0", "reload-failed"},
      {kReloaded, "echo 'HTTP 401 authentication_error'; exit 1", "refused"},
      {kReloaded, "echo 'provider is temporarily disabled'; exit 1", "no-verdict"},
      {kReloaded, "echo 'connect ECONNREFUSED'; exit 1", "no-verdict"},
  };
  knows();
  int number = 0;
  for (const ResultRow& row : rows) {
    openclaw(row.reload, row.call);
    const std::string mark = "m" + std::to_string(++number);
    delivers(mark, "canary-" + mark);
    EXPECT_EQ(reload(), 0) << said;
    EXPECT_EQ(report(), R"({"mark":")" + mark + R"(","result":")" + std::string(row.result) + "\"}") << row.reload;
    EXPECT_THAT(said, Not(HasSubstr("canary"))) << row.reload;
  }
}

TEST_F(InPlaceScripts, ACallThatMeetsALockedProviderIsRepeated) {
  knows();
  const std::string once = "[ -e " + (root / "tried").string() + " ] || { touch " + (root / "tried").string() +
                           "; echo 'temporarily disabled'; exit 1; }";
  openclaw(kReloaded, once);
  delivers("m1", "canary-2");
  EXPECT_EQ(reload(), 0) << said;
  EXPECT_EQ(report(), R"({"mark":"m1","result":"ok"})");
}

TEST_F(InPlaceScripts, TheInitContainerLeavesAResolverThatGivesWhatIsAskedForAndNothingElse) {
  OpenClawInstance instance =
      instance_foo(R"({"env":[{"name":"ANTHROPIC_API_KEY","valueFrom":{"secretKeyRef":{"name":"keys","key":"a"}}}]})");
  instance.metadata.annotations.emplace(kSecretDelivery, "reload");
  const api::PodSpec pod = build_stateful_set(instance, {}).spec.pod_template.spec;
  const std::string whole = container_of(pod, "init-config").command.at(2);
  std::string script = whole.substr(whole.rfind("printf %s '#!"));
  for (auto at = script.find("/opt/rotor"); at != std::string::npos; at = script.find("/opt/rotor", at + 1)) {
    script.replace(at, 10, root.string());
  }
  put("script", script);
  ASSERT_EQ(shell("sh -e " + (root / "script").string()), 0) << said;
  const fs::path made = root / "tools" / "resolver.mjs";
  EXPECT_EQ(fs::status(made).permissions(), fs::perms::owner_all);

  delivers("", " sk-1\n");
  put("asks", R"({"protocolVersion":1,"ids":["ANTHROPIC_API_KEY","OTHER","../mark"]})");
  ASSERT_EQ(shell("SECRET_DIR=" + (root / "secrets").string() + " " + made.string() + " < " + (root / "asks").string()),
            0);
  EXPECT_EQ(said, R"({"protocolVersion":1,"values":{"ANTHROPIC_API_KEY":"sk-1"},)"
                  R"("errors":{"OTHER":{"code":"NOT_FOUND"},"../mark":{"code":"NOT_FOUND"}}})");
}

}  // namespace
}  // namespace rotor::openclaw
