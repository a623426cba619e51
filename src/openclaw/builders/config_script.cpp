#include <fmt/format.h>

#include "json/describe.hpp"
#include "openclaw/builders/init_config.hpp"
#include "openclaw/builders/workspace.hpp"

namespace rotor::openclaw {
namespace {

// Objects are joined member by member, anything else is replaced. A file that is there and is no JSON object is put
// aside: the program refuses it too, and without this the pod would never start again.
constexpr std::string_view kMergeProgram = R"(const fs = require("fs");
const [present, wanted, merged, forced] = process.argv.slice(1);
const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
const read = (path) => {
  const value = JSON.parse(fs.readFileSync(path, "utf8"));
  if (!isObject(value)) throw new Error(path + " holds no JSON object");
  return value;
};
const readPresent = () => {
  if (!fs.existsSync(present)) return {};
  try {
    return read(present);
  } catch (error) {
    const aside = present + ".invalid-" + Math.floor(Date.now() / 1000);
    fs.copyFileSync(present, aside);
    console.error("openclaw.json on the volume cannot be read and was put aside as " + aside);
    return {};
  }
};
const drop = (value, [first, ...rest]) => {
  if (!isObject(value) || !Object.hasOwn(value, first)) return;
  if (rest.length === 0) delete value[first];
  else drop(value[first], rest);
};
const join = (below, above) => {
  if (!isObject(below) || !isObject(above)) return above;
  const members = new Map(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    members.set(name, members.has(name) ? join(members.get(name), value) : value);
  }
  return Object.fromEntries(members);
};
const base = readPresent();
for (const path of JSON.parse(forced)) drop(base, path.split("."));
fs.writeFileSync(merged, JSON.stringify(join(base, read(wanted)), null, 2));
)";

constexpr std::string_view kMerged = "/tmp/merged.json";
constexpr std::string_view kConverted = "/tmp/converted.json";

std::string copy_script(std::string_view from, std::string_view to) { return fmt::format("cp {} {}\n", from, to); }

std::string merge_script(const api::InstanceConfig& config, const ConfigPaths& paths) {
  return fmt::format("node -e {} {} {} {} {}\n", shell_quoted(kMergeProgram), paths.present, paths.wanted, kMerged,
                     shell_quoted(json::write(config.force_paths))) +
         copy_script(kMerged, paths.present);
}

// The image may have the converter, as the program reads JSON5 itself; npx fetches it where it has not.
std::string convert_script(const ConfigPaths& paths) {
  constexpr std::string_view kInImage = "/app/node_modules/json5/lib/cli.js";
  return fmt::format("if [ -f {0} ]; then node {0} {1} > {2}; else npx -y json5 {1} > {2}; fi\n", kInImage,
                     paths.wanted, kConverted) +
         copy_script(kConverted, paths.present);
}

std::string in_folder(std::string_view folder, std::string_view path) {
  return shell_quoted(fmt::format("/data/{}/{}", folder, path));
}

std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string seed_line(std::string_view folder, const WorkspaceFile& file) {
  std::string line = fmt::format("[ -e {} ] || ", in_folder(folder, file.path));
  if (file.path == kBootstrapFile) line += fmt::format("[ -e {} ] || ", in_folder(folder, kIdentityFile));
  return line + fmt::format("cp {} {}\n", shell_quoted("/workspace-init/" + file.key), in_folder(folder, file.path));
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) c == '\'' ? quoted += R"('\'')" : quoted += c;
  return quoted + "'";
}

std::string config_script(const api::InstanceConfig& config, const ConfigPaths& paths) {
  if (config.format == "json5") return {};
  return config.merge_mode == "merge" ? merge_script(config, paths) : copy_script(paths.wanted, paths.present);
}

std::string workspace_script(const api::InstanceSpec& spec, const Surroundings& around) {
  std::string script;
  for (const WorkspaceFolder& folder : plan_workspace(spec, around).folders) {
    script += fmt::format("mkdir -p {}\n", shell_quoted("/data/" + folder.name));
    for (const std::string& path : folder.directories) script += "mkdir -p " + in_folder(folder.name, path) + "\n";
    for (const WorkspaceFile& file : folder.files) {
      const std::string_view parent = parent_of(file.path);
      if (!parent.empty()) script += fmt::format("mkdir -p {}\n", in_folder(folder.name, parent));
      script += seed_line(folder.name, file);
    }
  }
  return script;
}

std::string init_config_script(const api::InstanceSpec& spec, const Surroundings& around) {
  const api::InstanceConfig config = spec.config.value_or(api::InstanceConfig{});
  constexpr ConfigPaths kPaths = {.wanted = "/config/openclaw.json", .present = "/data/openclaw.json"};
  const std::string make = config.format == "json5" ? convert_script(kPaths) : config_script(config, kPaths);
  return "set -e\n" + make + workspace_script(spec, around);
}

}  // namespace rotor::openclaw
