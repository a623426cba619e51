// The command of examples/proof/command.yaml, run as a proof Job runs it against a server that answers as told.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/document.hpp"
#include "json/yaml.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::openclaw {
namespace {

namespace fs = std::filesystem;

// Answers with the status that the key is, and prints what the command ends with: "KEY CODE" a line.
constexpr std::string_view kPlay = R"(
const { createServer } = require("node:http");
const { spawn } = require("node:child_process");
const command = JSON.parse(require("node:fs").readFileSync(process.argv[2], "utf8"));
const server = createServer((request, response) => {
  const key = request.headers["x-api-key"];
  if (key === "cut") return request.socket.destroy();
  response.writeHead(request.url === "/v1/models" ? Number(key) : 404).end();
});
server.listen(0, "127.0.0.1", async () => {
  const here = "http://127.0.0.1:" + server.address().port;
  const [program, ...rest] = command.map((word) => word.replaceAll("https://api.anthropic.com", here));
  const end = (key) => new Promise((resolve) => spawn(program, rest, { env: { ...process.env, ANTHROPIC_API_KEY: key }, stdio: "ignore" }).on("close", resolve));
  for (const key of process.argv.slice(3)) console.log(key, await end(key));
  process.exit(0);
});
)";

std::string example_command() {
  const auto manifest = json::parse_yaml(test::read_file(test::source_path("examples/proof/command.yaml")));
  const auto& annotations = json::find(*manifest, "metadata.annotations")->as_object();
  return std::string(annotations.at("openclaw.rocks/secret-proof-command").as_string());
}

std::string played(const std::string& keys) {
  std::string pattern = (fs::temp_directory_path() / "proof-example-XXXXXX").string();
  const fs::path folder = ::mkdtemp(pattern.data());
  std::ofstream(folder / "play.js") << kPlay;
  std::ofstream(folder / "command.json") << example_command();
  const std::string line = "cd " + folder.string() + " && node play.js command.json " + keys + " 2>&1";
  std::FILE* pipe = ::popen(line.c_str(), "r");
  std::array<char, 4096> buffer{};
  std::string said;
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) said += buffer.data();
  ::pclose(pipe);
  fs::remove_all(folder);
  return said;
}

TEST(ProofExample, ARefusedKeyIsBadAndWhatSaysNothingOfTheKeyIsNoVerdict) {
  EXPECT_EQ(played("200 401 403 400 429 500 529 cut"), "200 0\n401 1\n403 1\n400 2\n429 2\n500 2\n529 2\ncut 2\n");
}

}  // namespace
}  // namespace rotor::openclaw
