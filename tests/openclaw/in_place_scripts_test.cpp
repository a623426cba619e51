// The scripts of a pod that takes values without a restart, run by a real shell and a real Node; `openclaw` is a script
// of the test's.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "openclaw/builders/in_place.hpp"
#include "openclaw/in_place/mark.hpp"
#include "tests/openclaw/instances.hpp"

namespace rotor::openclaw {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "of-the-gateway";
constexpr std::string_view kReloaded = R"(echo 'Config warnings: none'; echo '{"ok":true,"warningCount":0}')";

// A mark of the operator's for this value.
std::string names(const std::string& digest, const std::string& value, const std::string& token = kToken) {
  SecretMap values;
  values.emplace("ANTHROPIC_API_KEY", SecretBytes(value));
  return mark_text({digest, WallTime{}, named_values(SecretBytes(token), values)});
}

class InPlaceScripts : public testing::Test {
 protected:
  InPlaceScripts() {
    std::string pattern = (fs::temp_directory_path() / "in-place-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
    fs::create_directories(root / "tools");
    put("reload.js", in_place_reload());
    delivers("", "canary-1");
    openclaw(kReloaded, "exit 0");
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
           "/tools ROTOR_RELOAD_REPORT=" + folder + "/report ROTOR_RELOAD_KEY=" + kToken +
           " ROTOR_RELOAD_PAUSE_MS=20 ROTOR_RELOAD_PATIENCE_MS=300 ROTOR_RELOAD_RETRY_MS=50 && exec timeout " + limit +
           " node -e \"$(cat reload.js)\"";
  }
  // Until it ends, or for as long: 124 then.
  int reload(const std::string& limit = "20") { return shell(command(limit)); }
  std::string report() const { return content("report"); }
  static std::string reported(const std::string& mark, std::string_view result) {
    return R"({"mark":")" + mark + R"(","result":")" + std::string(result) + "\"}";
  }
  std::string loaded() const { return content("tools/values/ANTHROPIC_API_KEY"); }

  fs::path root;
  std::string said;
  int deliveries = 0;
};

TEST_F(InPlaceScripts, AValueThatTheMarkNamesIsLoadedAndTriedAndReported) {
  const std::string mark = names("m1", "canary-2");
  delivers(mark, "canary-2");
  EXPECT_EQ(reload(), 0) << said;
  EXPECT_EQ(report(), reported(mark, "ok"));
  EXPECT_EQ(content("asked"), "secrets reload --json\ninfer model run --gateway --prompt ping --json\n");
  EXPECT_EQ(loaded(), "canary-2");
  EXPECT_EQ(fs::status(root / "tools/values/ANTHROPIC_API_KEY").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(said + report() + content("tools/delivered"), Not(HasSubstr("canary")));
}

struct UnnamedRow {
  std::string_view what;
  std::string mark, value;
};

TEST_F(InPlaceScripts, AValueThatNoMarkNamesIsNeverLoaded) {
  const std::string good = names("m0", "canary-1");
  delivers(good, "canary-1");
  ASSERT_EQ(reload(), 0) << said;
  ASSERT_EQ(report(), reported(good, "ok"));
  const std::vector<UnnamedRow> rows = {
      {"no mark", "", "canary-2"},
      {"another value under the mark that was answered", good, "canary-2"},
      {"a value that came after the one that the mark names", names("m1", "canary-2"), "canary-3"},
      {"a mark before its value", names("m2", "canary-2"), "canary-1"},
      {"a mark that names nothing", "m3 1970-01-01T00:00:00Z ", "canary-2"},
      {"a mark of an operator that names no values", "m4 1970-01-01T00:00:00Z", "canary-2"},
      {"a name made with another key", names("m5", "canary-2", "another"), "canary-2"},
      {"a file that is not there", "m6 1970-01-01T00:00:00Z OTHER=00", "canary-2"},
      {"a path", "m7 1970-01-01T00:00:00Z ../mark=00", "canary-2"},
  };
  for (const UnnamedRow& row : rows) {
    put("asked", "");
    put("report", "");
    delivers(row.mark, row.value);
    EXPECT_EQ(reload("0.4"), 124) << row.what;
    EXPECT_EQ(content("asked") + report(), "") << row.what;
    EXPECT_EQ(loaded(), "canary-1") << row.what;
  }
}

TEST_F(InPlaceScripts, AValueThatComesLaterThanItsMarkIsWaitedFor) {
  const std::string mark = names("m1", "canary-2");
  delivers(mark, "canary-1");
  std::FILE* running = ::popen(("( " + command("20") + " ) 2>&1").c_str(), "r");
  shell("sleep 0.3");
  EXPECT_EQ(content("asked"), "");
  delivers(mark, "canary-2");
  EXPECT_EQ(WEXITSTATUS(::pclose(running)), 0);
  EXPECT_EQ(report(), reported(mark, "ok"));
}

TEST_F(InPlaceScripts, AMarkIsAnsweredOnceThoughTheContainerStartsAgain) {
  delivers(names("m1", "canary-2"), "canary-2");
  ASSERT_EQ(reload(), 0) << said;
  fs::remove(root / "report");
  EXPECT_EQ(reload("0.4"), 124);
  EXPECT_EQ(report(), "");
  const std::string again = names("m2", "canary-2");  // of a pod that has the value already
  delivers(again, "canary-2");
  EXPECT_EQ(reload(), 0) << said;
  EXPECT_EQ(report(), reported(again, "ok"));
}

TEST_F(InPlaceScripts, WithoutAKubeletTheValuesAreThere) {
  EXPECT_EQ(shell("export ROTOR_RELOAD_MARK='m1 then'; " + command("20")), 0) << said;
  EXPECT_EQ(report(), reported("m1 then", "ok"));
  EXPECT_EQ(loaded(), "");
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
  int number = 0;
  for (const ResultRow& row : rows) {
    openclaw(row.reload, row.call);
    const std::string value = "canary-" + std::to_string(++number);
    const std::string mark = names("m" + std::to_string(number), value);
    delivers(mark, value);
    EXPECT_EQ(reload(), 0) << said;
    EXPECT_EQ(report(), reported(mark, row.result)) << row.reload;
    EXPECT_THAT(said, Not(HasSubstr("canary"))) << row.reload;
  }
}

TEST_F(InPlaceScripts, ACallThatMeetsALockedProviderIsRepeated) {
  const std::string once = "[ -e " + (root / "tried").string() + " ] || { touch " + (root / "tried").string() +
                           "; echo 'temporarily disabled'; exit 1; }";
  openclaw(kReloaded, once);
  const std::string mark = names("m1", "canary-2");
  delivers(mark, "canary-2");
  EXPECT_EQ(reload(), 0) << said;
  EXPECT_EQ(report(), reported(mark, "ok"));
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

  // The value that was loaded stays, whatever comes into the volume: the assistant may be started again.
  fs::create_directories(root / "tools/values");
  put("tools/values/ANTHROPIC_API_KEY", "sk-2");
  delivers("", "sk-3");
  ASSERT_EQ(shell("SECRET_DIR=" + (root / "secrets").string() + " " + made.string() + " < " + (root / "asks").string()),
            0);
  EXPECT_THAT(said, HasSubstr(R"("ANTHROPIC_API_KEY":"sk-2")"));
}

}  // namespace
}  // namespace rotor::openclaw
