// Any text as a template, and as the data of a few: nothing may crash, hang or grow without bound.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "template/template.hpp"
#include "template/yaml_value.hpp"

using namespace rotor;
using namespace rotor::tmpl;

namespace {

void render(std::string_view source, std::string_view input) {
  const auto parsed = Template::parse("fuzz", source);
  if (!parsed) return;
  Map members;
  members.emplace("in", Value::text(std::string(input)));
  RenderOptions options;
  options.limits = {.steps = 20'000, .bytes = 1 << 20, .output = 1 << 20, .expensive_calls = 0, .template_depth = 50};
  const Environment environment{WallTime(std::chrono::seconds(1'600'000'000)), [](std::span<unsigned char> out) {
                                  for (auto& byte : out) byte = 7;
                                }};
  (void)parsed->render(Value::map(std::move(members), Type::kStringMap), environment, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  render(input, input);
  render("{{ .in | fromYaml | toYaml }}{{ .in | fromJson | toJson }}{{ .in | snakecase }}{{ .in | camelcase }}", input);
  render("{{ .in | urlParse | urlJoin }}", input);
  render("{{ semverCompare .in \"1.2.3\" }}", input);
  render("{{ printf .in 1 \"a\" 2.5 nil .in }}", input);
  render("{{ toDate .in .in }}{{ date .in 0 }}", input);
  render("{{ .in | filterPEM \"CERTIFICATE\" }}", input);
  render("{{ .in | filterCertChain \"leaf\" }}", input);
  render("{{ .in | pkcs12key }}", input);
  render("{{ .in | jwkPrivateKeyPem }}", input);
  (void)read_yaml_strings(input);
  return 0;
}
