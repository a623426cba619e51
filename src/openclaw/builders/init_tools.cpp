// What runs before the assistant, so that it finds its tools on the data volume. Each script may run again, on a volume
// where it ran before or was cut off.
#include "openclaw/builders/image.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::string_view kUvImage = "ghcr.io/astral-sh/uv:0.6-bookworm-slim";

// The folders are mounted by subPath into the main container: whoever makes them first owns them, and the kubelet would
// make them for root. A half copied program must not look like a whole one.
constexpr std::string_view kUvScript = R"(set -e
mkdir -p /data/.local/bin /data/.cache /data/.config /data/skills
if [ ! -x /data/.local/bin/uv ]; then
  cp /usr/local/bin/uv /data/.local/bin/.uv.new
  chmod 0755 /data/.local/bin/.uv.new
  mv -f /data/.local/bin/.uv.new /data/.local/bin/uv
fi
)";

// Images without Python, or without this module, run assistants that do not need it.
constexpr std::string_view kPipScript = R"(python3 -m ensurepip --upgrade --user ||
  echo 'pip is not installed: this image has no Python with ensurepip. The assistant starts without it.'
)";

// Plugins import the program as a package; in its image it lies in /app.
constexpr std::string_view kPluginDepsScript = R"(set -e
modules=/data/plugin-runtime-deps/node_modules
mkdir -p "$modules"
rm -rf "$modules/openclaw"
ln -s /app "$modules/openclaw"
)";

api::Container init(std::string_view name, std::string image, std::string pull_policy, std::string_view script,
                    bool run_as_non_root) {
  api::Container c;
  c.name = name;
  c.image = std::move(image);
  c.image_pull_policy = std::move(pull_policy);
  c.command = {"sh", "-c", std::string(script)};
  c.volume_mounts = {mount("data", "/data")};
  c.security_context = hardened(run_as_non_root);
  return c;
}

}  // namespace

api::Container build_init_uv(const api::InstanceSpec& spec) {
  return init("init-uv", with_registry(kUvImage, spec.registry), "IfNotPresent", kUvScript, true);
}

api::Container build_init_pip(const api::InstanceSpec& spec) {
  api::Container c = init("init-pip", instance_image(spec), instance_pull_policy(spec), kPipScript, true);
  c.env = {variable("HOME", "/data")};
  c.volume_mounts.push_back(mount("tmp", "/tmp"));
  return c;
}

api::Container build_init_plugin_deps(const api::InstanceSpec& spec) {
  return init("init-plugin-runtime-deps", instance_image(spec), instance_pull_policy(spec), kPluginDepsScript,
              pod_is_non_root(spec));
}

}  // namespace rotor::openclaw
