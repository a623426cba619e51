// `rotor env` beside `rotor run`: what it shows is what a process gets.
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>

#include "cli/cli.hpp"
#include "json/document.hpp"
#include "tests/cli/rotor_process.hpp"

namespace rotor::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kAssistant =
    "apiVersion: openclaw.rocks/v1alpha1\nkind: OpenClawInstance\nmetadata: {name: foo, namespace: ns}\n"
    "spec: {env: [{name: NOTES, value: /home/openclaw/.openclaw/notes}]}\n";

class EnvBesideRun : public testing::Test {
 protected:
  EnvBesideRun() { std::filesystem::create_directory(folder.path("tmp")); }

  // Both have one folder for state, and one for what is there for a moment.
  std::string said_by(std::vector<std::string> arguments) const {
    RotorProcess rotor(std::move(arguments), [this] {
      setenv("XDG_STATE_HOME", folder.path("state").c_str(), 1);
      setenv("TMPDIR", folder.path("tmp").c_str(), 1);
    });
    EXPECT_EQ(rotor.exit_code(), kOk) << rotor.output();
    return rotor.output();
  }
  json::Array shown() const {
    const std::string text = said_by({"env", "-f", manifest, "-o", "json", "--show-values"});
    const auto at = text.find("\n[");
    const auto whole = json::parse(text.substr(at == std::string::npos ? 0 : at));
    if (!whole || !whole->is_array() || whole->as_array().size() != 1) return {};
    return whole->as_array()[0].at("variables").as_array();
  }

  const Folder folder;
  const std::string manifest = folder.write("foo.yaml", kAssistant);
};

TEST_F(EnvBesideRun, ShowsEveryVariableOfAnAssistantWithTheValueThatItsProcessGets) {
  const json::Array variables = shown();
  const std::string process = said_by({"run", "--once", "-f", manifest, "--", "env"});
  std::vector<std::string> names;
  for (const json::Value& variable : variables) {
    const std::string name(json::find_string(variable, "name"));
    names.push_back(name);
    if (name == "OPENCLAW_GATEWAY_PORT" || name == "OPENCLAW_GATEWAY_TOKEN") {
      EXPECT_THAT(process, HasSubstr("\n" + name + "=")) << "another one in each run";
    } else {
      EXPECT_THAT(process, HasSubstr("\n" + name + "=" + std::string(json::find_string(variable, "value")) + "\n"));
    }
  }
  for (const char* name : {"HOME", "NOTES", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH", "OPENCLAW_GATEWAY_PORT"}) {
    EXPECT_THAT(names, Contains(name));
  }
}

TEST_F(EnvBesideRun, TellsWhatComesFromTheRunAndNotFromTheManifest) {
  const std::string table = said_by({"env", "-f", manifest});
  EXPECT_THAT(table, testing::ContainsRegex("OPENCLAW_STATE_DIR +[0-9]+ bytes +rotor run\n"));
  EXPECT_THAT(table, testing::ContainsRegex("OPENCLAW_GATEWAY_PORT +[0-9]+ bytes +rotor run, any port that is free\n"));
  EXPECT_THAT(table, testing::ContainsRegex("NOTES +[0-9]+ bytes +the manifest\n"));
}

TEST_F(EnvBesideRun, LeavesNothingOnTheDisk) {
  EXPECT_FALSE(shown().empty());
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path("tmp"))) left.push_back(entry.path());
  EXPECT_THAT(left, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder.path("state")));
}

}  // namespace
}  // namespace rotor::cli
