#include <gtest/gtest.h>

#include "tests/cli/command.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::cli {
namespace {

std::string example(const std::string& name) { return test::source_path("examples/templates/" + name + ".yaml"); }

Ran run_template(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "template");
  return run_command(std::move(arguments));
}

TEST(TemplateCommand, ShowsSizesAndWithTheFlagValues) {
  const std::vector<std::string> arguments = {"-f", example("registry-login"), "--data",
                                              example("registry-login.data")};
  const Ran plain = run_template(arguments);
  EXPECT_EQ(plain.code, kOk) << plain.err;
  EXPECT_EQ(plain.err, "");
  EXPECT_EQ(
      plain.out,
      "Secret shop/registry-login\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson  102 bytes\n");
  auto with_values = arguments;
  with_values.emplace_back("--show-values");
  const Ran shown = run_template(with_values);
  EXPECT_EQ(shown.code, kOk);
  EXPECT_EQ(shown.out, test::read_file(example("registry-login.expected")));
}

TEST(TemplateCommand, NeedsSomethingToRenderWith) {
  const Ran ran = run_template({"-f", example("registry-login")});
  EXPECT_EQ(ran.code, kUsage);
  EXPECT_TRUE(ran.err.contains("--data")) << ran.err;
  EXPECT_EQ(run_template({"--data", example("registry-login.data")}).code, kUsage) << "-f is missing";
}

TEST(TemplateCommand, FailsWhenOneIsBadAndShowsTheOthers) {
  const Ran ran = run_template(
      {"-f", example("registry-login"), "-f", example("many-users"), "--values", example("many-users.values")});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_TRUE(ran.out.starts_with("Secret shop/many-users\n")) << ran.out;
  EXPECT_TRUE(
      ran.err.contains("ExternalSecret shop/registry-login: error processing spec.data[0] (key: shop/registry), "
                       "err: the values file has no key \"shop/registry\""))
      << ran.err;
}

TEST(TemplateCommand, TakesDelimitersAndAnEmptyOneForTheDefault) {
  const Ran ran = run_template({"-f", example("registry-login"), "--data", example("registry-login.data"),
                                "--template-left-delimiter=", "--template-right-delimiter", "}}"});
  EXPECT_EQ(ran.code, kOk) << ran.err;
  const Ran other = run_template({"-f", example("registry-login"), "--data", example("registry-login.data"),
                                  "--template-left-delimiter", "[[", "--show-values"});
  EXPECT_TRUE(other.out.contains("{{- $auth")) << other.out << other.err;
}

}  // namespace
}  // namespace rotor::cli
