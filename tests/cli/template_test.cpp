#include <gtest/gtest.h>

#include "tests/cli/command.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/local/scratch_folder.hpp"

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
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_TRUE(ran.err.contains("it reads stores: give what they hold with --values FILE")) << ran.err;
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

TEST(TemplateCommand, NeedsNoFileForGenerators) {
  test::ScratchFolder folder;
  folder.write("all.yaml",
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\nspec: {dataFrom: "
               "[{sourceRef: {generatorRef: {kind: Fake, name: f}}}]}\n---\n"
               "apiVersion: generators.external-secrets.io/v1alpha1\nkind: Fake\nmetadata: {name: f}\n"
               "spec: {data: {a: four}}\n");
  const Ran ran = run_template({"-f", folder.path().string()});
  EXPECT_EQ(ran.code, kOk) << ran.err;
  EXPECT_EQ(ran.out, "Secret default/e\ntype: Opaque\ndata:\n  a  4 bytes\n");
}

TEST(TemplateCommand, LeavesOutWhatIsNotForRotorAndSucceeds) {
  test::ScratchFolder folder;
  folder.write("es.yaml",
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\nspec: {dataFrom: "
               "[{extract: {key: k}}]}\n");
  folder.write("kustomization.yaml", "kind: Kustomization\nresources: [es.yaml]\n");
  const std::string data = folder.write("data.yml.txt", "a: 0123\n");
  const Ran ran = run_template({"-f", folder.path().string(), "--data", data});
  EXPECT_EQ(ran.code, kOk);
  EXPECT_EQ(ran.out, "Secret default/e\ntype: Opaque\ndata:\n  a  4 bytes\n");
  EXPECT_EQ(ran.err, "rotor template: left out 1 file that is not for Rotor: kustomization.yaml (Kustomization)\n");
}

TEST(TemplateCommand, SaysWhatAFileHoldsWhenItIsNothingForIt) {
  test::ScratchFolder folder;
  const std::string job = folder.write("job.yaml", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n");
  const Ran ran = run_template({"-f", job, "--data", folder.write("data", "a: 1\n")});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.err, "rotor template: -f: there is no ExternalSecret of external-secrets.io/v1 or v1beta1 in it; " +
                         job + ": nothing in it is for Rotor (Job)\n");
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
