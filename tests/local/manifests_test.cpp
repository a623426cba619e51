#include "local/manifests/manifests.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "json/yaml.hpp"
#include "tests/local/scratch_folder.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGood =
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: es}\nspec: {}\n";

class ReadManifests : public testing::Test {
 protected:
  Manifests must(const ManifestSource& source) const {
    auto read = read_manifests(source);
    if (!read) throw std::runtime_error(read.error().message);
    return *std::move(read);
  }
  std::string folder() const { return scratch.path().string(); }
  // Without the folder's own name.
  std::string shown(std::string text) const {
    for (auto at = text.find(folder()); at != std::string::npos; at = text.find(folder())) {
      text.replace(at, folder().size(), "DIR");
    }
    return text;
  }
  std::vector<std::string> notes(const Manifests& manifests) const {
    std::vector<std::string> out;
    for (const std::string& note : manifests.notes) out.push_back(shown(note));
    return out;
  }
  std::vector<std::string> broken(const Manifests& manifests) const {
    std::vector<std::string> out;
    for (const BrokenManifest& b : manifests.broken) out.push_back(shown(b.error.message));
    return out;
  }
  using Lines = std::vector<std::string>;

  test::ScratchFolder scratch;
};

TEST_F(ReadManifests, LeavesOutWhatIsNotForUsInAFolderAndSaysSoInOneLine) {
  scratch.write("es.yaml", kGood);
  scratch.write("Chart.yml", "apiVersion: v2\nname: chart\n");
  scratch.write("values.yaml", "replicas: 1\n");
  scratch.write("release.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\n");
  scratch.write("kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [es.yaml]\n");
  scratch.write("empty.yaml", "");
  scratch.write("odd.yaml", "a: [\n");
  scratch.write("readme.txt", "kind: [");
  const Manifests read = must({.paths = {folder()}});
  EXPECT_EQ(read.good.size(), 1U);
  EXPECT_EQ(broken(read), Lines{});
  EXPECT_EQ(
      notes(read),
      (Lines{"left out 5 files that are not for Rotor: Chart.yml, empty.yaml, kustomization.yaml "
             "(Kustomization), release.yaml (HelmRelease), values.yaml",
             "odd.yaml is left out, since it cannot be read as YAML: invalid YAML at line 2, column 1: did not find "
             "expected node content"}));
}

TEST_F(ReadManifests, TakesAFileThatHeldSomethingAndIsEmptyNowForBrokenAndNotForAnOrderToRemove) {
  const std::string file = folder() + "/es.yaml";
  scratch.write("es.yaml", " \n");
  scratch.write("other.yaml", kGood);
  const Manifests read = must({.paths = {folder()}, .ours = {file}});
  EXPECT_EQ(broken(read), Lines{"DIR/es.yaml is empty: delete it, or leave a comment in it, to remove what it held"});
  scratch.write("es.yaml", "# gone\n");
  EXPECT_EQ(broken(must({.paths = {folder()}, .ours = {file}})), Lines{});
}

TEST_F(ReadManifests, NamesTheDocumentsThatItLeavesOutOfAFileWithOthers) {
  scratch.write("all.yaml", std::string(kGood) + "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n");
  const Manifests read = must({.paths = {folder()}});
  EXPECT_EQ(read.good.size(), 1U);
  EXPECT_EQ(notes(read), Lines{"left out 1 document that is not for Rotor: all.yaml:6 (Job)"});
}

TEST_F(ReadManifests, SaysOfABrokenFileOfOursWhereItIsBroken) {
  scratch.write("dup.yaml", std::string(kGood) + "spec: {}\n");
  scratch.write("kind.yaml", "\napiVersion: external-secrets.io/v1\nkind: ExternalSecrets\nmetadata: {name: a}\n");
  scratch.write("open.yaml", "apiVersion: openclaw.rocks/v1alpha1\nkind: [\n");
  const Manifests read = must({.paths = {folder()}});
  EXPECT_EQ(
      broken(read),
      (Lines{"DIR/dup.yaml: invalid YAML at line 5, column 1: this mapping key appears twice",
             "DIR/kind.yaml:2: ExternalSecrets of external-secrets.io/v1 is not a kind that Rotor serves; did you "
             "mean `kind: ExternalSecret`?",
             "DIR/open.yaml: invalid YAML at line 3, column 1: did not find expected node content"}));
  EXPECT_EQ(notes(read), Lines{});
}

TEST_F(ReadManifests, HasAClearWordForAFileThatWasNamedAndHoldsNothingForUs) {
  const std::string file = scratch.write("job.yaml", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n");
  EXPECT_EQ(notes(must({.paths = {file}})), Lines{"DIR/job.yaml: nothing in it is for Rotor (Job)"});
  EXPECT_EQ(notes(must({.paths = {scratch.write("none.yaml", "")}})),
            Lines{"DIR/none.yaml: nothing in it is for Rotor"});
  const std::string odd = scratch.write("odd.yaml", "a: [\n");
  EXPECT_EQ(must({.paths = {odd}}).broken.size(), 1U) << "whoever names a file wants to know that it is broken";
}

TEST_F(ReadManifests, HintsAtKustomizeWhereTheFolderIsMoreThanItsFiles) {
  scratch.write("es.yaml", kGood);
  scratch.write("kustomization.yaml",
                "kind: Kustomization\nresources: [es.yaml, ../base]\npatches: [{path: p.yaml}]\n");
  const Manifests read = must({.paths = {folder()}, .command = "template"});
  ASSERT_EQ(read.notes.size(), 2U);
  EXPECT_EQ(shown(read.notes[1]),
            "DIR/kustomization.yaml does more than list the files beside it (resources, patches); what it makes: "
            "`kustomize build DIR | rotor template -f -`");
}

TEST_F(ReadManifests, LeavesOutHelmTemplatesAndHintsAtHelm) {
  scratch.write("Chart.yaml", "apiVersion: v2\nname: chart\n");
  scratch.write("templates/es.yaml",
                "{{- if .Values.on }}\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\n{{- end }}\n");
  scratch.write("templates/plain.yaml", kGood);
  const Manifests read = must({.paths = {scratch / "templates"}});
  EXPECT_EQ(read.good.size(), 1U);
  EXPECT_EQ(broken(read), Lines{});
  EXPECT_EQ(notes(read),
            (Lines{"left out 1 file that is not for Rotor: es.yaml (Helm template)",
                   "DIR/templates is a Helm chart; what it makes: `helm template DIR/ | rotor run -f -`"}));
}

TEST_F(ReadManifests, ReadsStandardInput) {
  std::istringstream in(
      "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n"
      "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\n");
  const Manifests read = must({.paths = {"-"}, .standard_input = &in});
  ASSERT_EQ(read.good.size(), 1U);
  EXPECT_EQ(read.good[0].origin, "standard input:1");
  EXPECT_EQ(broken(read), Lines{"standard input:6: metadata.name is missing"});
}

TEST_F(ReadManifests, SaysInTheSystemsWordsWhatCannotBeRead) {
  const std::string file = scratch.write("es.yaml", kGood);
  const auto message = [&](const std::string& path) {
    const auto read = read_manifests({.paths = {path}});
    return read ? "read" : shown(read.error().message);
  };
  EXPECT_EQ(message(scratch / "nowhere"), "cannot read -f DIR/nowhere: No such file or directory");
  EXPECT_EQ(message(file + "/x"), "cannot read -f DIR/es.yaml/x: Not a directory");
  fs::create_directory(scratch / "bare");
  EXPECT_EQ(message(scratch / "bare"),
            "-f DIR/bare: no .yaml, .yml or .json file in this folder (folders inside it are not read: name them with "
            "-f)");
}

TEST_F(ReadManifests, LetsNoFileOfAFolderVanishInSilence) {
  scratch.write("es.yaml", kGood);
  fs::create_symlink("nowhere.yaml", scratch / "dangling.yaml");
  fs::create_symlink("loop.yaml", scratch / "loop.yaml");
  ASSERT_EQ(mkfifo((scratch / "pipe.yaml").c_str(), 0600), 0);
  fs::create_directory(scratch / "folder.yaml");
  const Manifests read = must({.paths = {folder()}});
  EXPECT_EQ(read.good.size(), 1U);
  EXPECT_EQ(broken(read), (Lines{"cannot read DIR/dangling.yaml: No such file or directory",
                                 "cannot read DIR/loop.yaml: Too many levels of symbolic links",
                                 "cannot read DIR/pipe.yaml: it is not a file"}));
}

struct KustomizationCase {
  const char* yaml;
  const char* more;
};

TEST(BeyondListing, NamesTheFieldsThatMakeMoreThanTheFilesAsTheyStand) {
  for (const auto& [yaml, more] : {KustomizationCase{"resources: [a.yaml, ./b.yml]", ""},
                                   {"resources: [../base]", "resources"},
                                   {"resources: [sub/a.yaml]", "resources"},
                                   {"resources: [sub]", "resources"},
                                   {"resources: ['https://example.org/x.yaml']", "resources"},
                                   {"namespace: shop", "namespace"},
                                   {"patches: []", ""},
                                   {"configMapGenerator: [{name: a}]", "configMapGenerator"},
                                   {"{}", ""},
                                   {"text", ""}}) {
    EXPECT_EQ(beyond_listing(*json::parse_yaml(yaml)), more) << yaml;
  }
}

}  // namespace
}  // namespace rotor::local
