// Renders share tables, time zones and caches; nothing of it may depend on which thread comes first.
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "template/keys.hpp"
#include "template/language/template.hpp"
#include "template/lookup.hpp"
#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

constexpr std::string_view kText =
    R"({{ $d := .doc | fromJson }}{{ range $k, $v := $d }}{{ $k | upper }}={{ $v | quote }};{{ end -}}
{{ .doc | sha256sum | trunc 8 }} {{ regexReplaceAll "[a-z]+" .doc "x" }} {{ $d | toYaml }} {{ "1.2.3" | semver }}
{{ dateInZone "15:04 MST" 0 "Europe/Berlin" }} {{ .doc | b64enc }})";

TEST(Threads, RenderTheSameAtOnce) {
  constexpr int kThreads = 4;
  const auto shared = Template::parse("tpl", kText);
  ASSERT_TRUE(shared) << shared.error().message;
  std::latch start(kThreads);
  std::vector<std::string> results(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        Map data;
        data.emplace("doc", Value::text(R"({"a":"1","b":{"c":[1,2]}})"));
        const auto environment = fixed_environment();
        const auto rendered = shared->render(Value::map(std::move(data), Type::kStringMap), environment);
        const auto found = find_property(LookupRule::kKeyThenPath, SecretBytes(R"({"a":{"b":"x"}})"), "a.b");
        results[static_cast<std::size_t>(i)] =
            (rendered ? *rendered : rendered.error().message) + std::string((*found)->reveal());
      });
    }
  }
  for (const std::string& result : results) EXPECT_EQ(result, results[0]);
  EXPECT_TRUE(results[0].starts_with("A=\"1\";")) << results[0];
}

}  // namespace
}  // namespace rotor::tmpl
