// Any text as a template over itself, and as the data of a few: nothing may crash, hang or grow without bound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "template/language/template.hpp"

using namespace rotor;
using namespace rotor::tmpl;

namespace {

void render(const Template& t, const Value& data) {
  RenderOptions options;
  options.limits = {.steps = 20'000, .bytes = 1 << 20, .output = 1 << 20, .effort = 0, .template_depth = 50};
  static const Environment environment{WallTime(std::chrono::seconds(1'600'000'000)), [](std::span<unsigned char> out) {
                                         for (auto& byte : out) byte = 7;
                                       }};
  const auto rendered = t.render(data, environment, options);
  if (rendered && rendered->size() > 1 << 20) std::abort();
}

const std::vector<Template>& over_data() {
  static const std::vector<Template> all = [] {
    std::vector<Template> out;
    for (const char* text : {"{{ .in | fromYaml | toYaml }}", "{{ .in | fromJson | toPrettyJson }}",
                             "{{ .in | snakecase }}{{ .in | camelcase }}{{ .in | title }}{{ .in | swapcase }}",
                             "{{ .in | urlParse | urlJoin }}", "{{ semverCompare .in \"1.2.3\" }}",
                             "{{ printf .in 1 \"a\" 2.5 nil .in }}", "{{ toDate .in .in }}{{ date .in 0 }}",
                             "{{ regexReplaceAll .in .in .in }}", "{{ b64dec .in }}{{ b32dec .in }}{{ hexdec .in }}",
                             "{{ duration .in }}{{ durationRound .in }}{{ int .in }}{{ float64 .in }}{{ addf .in 1 }}",
                             "{{ quote .in }}{{ js .in }}{{ html .in }}{{ urlquery .in }}{{ wrap 5 .in }}"}) {
      auto parsed = Template::parse("fuzz", text);
      if (!parsed) std::abort();
      out.push_back(*std::move(parsed));
    }
    return out;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Map members;
  members.emplace("in", Value::text(std::string(input)));
  const Value over = Value::map(std::move(members), Type::kStringMap);
  if (const auto parsed = Template::parse("fuzz", input)) {
    render(*parsed, over);
  } else if (parsed.error().message.empty()) {
    std::abort();
  }
  for (const Template& t : over_data()) render(t, over);
  return 0;
}
