#include "local/state_directory.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct HomeCase {
  const char* what;
  StateSources sources;
  const char* path;
  const char* notice;
};

TEST(StateHome, IsTheFirstThatTheSurroundingsName) {
  const HomeCase cases[] = {
      {"XDG_STATE_HOME", {"/x", "/h", "/a", "/r"}, "/x/rotor", ""},
      {"HOME", {"", "/h", "/a", "/r"}, "/h/.local/state/rotor", ""},
      {"the account", {"", "", "/a", "/r"}, "/a/.local/state/rotor", ""},
      {"XDG_RUNTIME_DIR", {"", "", "", "/r"}, "/r/rotor", "the state of this run is in /r/rotor"},
      {"nothing", {}, "", ""},
  };
  for (const auto& [what, sources, path, notice] : cases) {
    const auto home = choose_state_home(sources);
    ASSERT_TRUE(home) << what;
    EXPECT_EQ(home->path, path) << what;
    EXPECT_THAT(home->notice, HasSubstr(notice)) << what;
  }
}

TEST(StateHome, IsRefusedWhenItIsRelative) {
  const std::pair<StateSources, const char*> cases[] = {
      {{.xdg_state_home = "state"}, "XDG_STATE_HOME is \"state\": it must be an absolute path"},
      {{.home = "."}, "HOME is \".\""},
      {{.xdg_runtime_dir = "run"}, "XDG_RUNTIME_DIR is \"run\""},
  };
  for (const auto& [sources, message] : cases) {
    const auto home = choose_state_home(sources);
    ASSERT_FALSE(home) << message;
    EXPECT_THAT(home.error().message, StartsWith(message));
    EXPECT_THAT(home.error().message, HasSubstr("--state-dir"));
  }
}

// Sets a variable for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    if (value == nullptr) {
      unsetenv(name);
    } else {
      setenv(name, value, 1);
    }
  }
  ~Variable() {
    if (before_) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(StateDirectory, IsTheOneThatIsGiven) {
  EXPECT_EQ(state_directory({"a.yaml"}, "/somewhere/else")->path, "/somewhere/else");
}

TEST(StateDirectory, IsAnotherOneForOtherManifests) {
  const Variable state("XDG_STATE_HOME", "/x");
  const auto a = state_directory({"a.yaml"}, "");
  ASSERT_TRUE(a) << a.error().message;
  EXPECT_THAT(a->path, StartsWith("/x/rotor/run-"));
  EXPECT_EQ(state_directory({"./a.yaml"}, "")->path, a->path);
  EXPECT_NE(state_directory({"b.yaml"}, "")->path, a->path);
}

}  // namespace
}  // namespace rotor::local
