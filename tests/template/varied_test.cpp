// Which renders would give something else the next time: noted while they run, so that no list can be out of date.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "template/functions/registry.hpp"
#include "template/rewrite.hpp"
#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

// Another day, other random bytes.
Environment other_environment() {
  return {WallTime(std::chrono::seconds(1'700'000'000)),
          [state = std::uint32_t{99}](std::span<unsigned char> out) mutable {
            for (auto& byte : out) byte = static_cast<unsigned char>((state = state * 22695477 + 1) >> 24);
          }};
}

struct Ran {
  Result<std::string> text;
  bool varied = false;
};

Ran ran(const std::string& text, Environment environment) {
  Ran out{fail(Code::kInvalid, "")};
  environment.varied = &out.varied;
  const auto t = Template::parse("tpl", text);
  if (t) out.text = t->render(Value::map({}, Type::kStringMap), environment);
  return out;
}

bool varies(const std::string& text) { return ran(text, fixed_environment()).varied; }

// Some argument of each type; none for what only another function makes.
std::string argument(char type) {
  static const std::map<char, std::string> kArguments = {
      {'a', "\"abc\""},   {'s', "\"abcdef\""}, {'b', "true"},
      {'i', "7"},         {'f', "1.5"},        {'u', "7"},
      {'m', "(dict)"},    {'l', "(list 1 2)"}, {'t', "(toDate \"2006\" \"2020\")"},
      {'h', "\"bcrypt\""}};
  const auto it = kArguments.find(type);
  return it == kArguments.end() ? "" : it->second;
}

std::string call_of(const Function& f) {
  std::string text = "{{ " + std::string(f.name);
  for (const char type : f.signature) text += type == '*' ? "" : " " + argument(type);
  return text + " }}";
}

TEST(VariedRender, IsNotedForEveryFunctionThatGivesSomethingElseTheNextTime) {
  std::set<std::string_view> different;
  for (const Function* f : all_functions()) {
    if (f->name.starts_with("gen")) continue;  // new keys take long: they are below
    const Ran a = ran(call_of(*f), fixed_environment());
    const Ran b = ran(call_of(*f), other_environment());
    if (!a.text || !b.text || *a.text == *b.text) continue;
    different.insert(f->name);
    EXPECT_TRUE(a.varied) << f->name;
  }
  for (const char* name : {"now", "uuidv4", "randAlphaNum", "randBytes", "shuffle", "bcrypt", "encryptAES"}) {
    EXPECT_TRUE(different.contains(name)) << name;
  }
}

class Varying : public testing::TestWithParam<const char*> {};
TEST_P(Varying, IsNoted) { EXPECT_TRUE(varies(GetParam())); }
INSTANTIATE_TEST_SUITE_P(
    Functions, Varying,
    testing::Values("{{ bcrypt \"p\" }}", "{{ htpasswd \"u\" \"p\" \"bcrypt\" }}", "{{ uuidv4 }}",
                    "{{ randAlphaNum 5 }}", "{{ randAlpha 5 }}", "{{ randNumeric 5 }}", "{{ randAscii 5 }}",
                    "{{ randBytes 5 }}", "{{ randInt 1 9 }}", "{{ shuffle \"abc\" }}",
                    "{{ genPrivateKey \"ed25519\" }}",
                    "{{ (genSelfSignedCertWithKey \"a\" nil nil 1 (genPrivateKey \"ecdsa\")).Cert }}",
                    "{{ encryptAES \"k\" \"v\" }}", "{{ now }}", "{{ now | date \"2006\" }}", "{{ ago now }}",
                    "{{ date \"2006\" nil }}"));

class Steady : public testing::TestWithParam<const char*> {};
TEST_P(Steady, IsNotNoted) { EXPECT_FALSE(varies(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Functions, Steady,
                         testing::Values("plain", "{{ upper \"a\" }}", "{{ sha256sum \"a\" }}",
                                         "{{ htpasswd \"u\" \"p\" \"sha\" }}", "{{ date \"2006\" 5 }}",
                                         "{{ if false }}{{ uuidv4 }}{{ end }}",
                                         "{{ derivePassword 1 \"long\" \"p\" \"u\" \"s\" }}"));

TEST(VariedRewrite, IsNotedToo) {
  SecretMap values;
  values.emplace("a", SecretBytes("1"));
  bool varied = false;
  Environment environment = fixed_environment();
  environment.varied = &varied;
  ASSERT_TRUE(rewrite({RewriteTransform{"{{ .value }}-x"}}, values, environment));
  EXPECT_FALSE(varied);
  ASSERT_TRUE(rewrite({RewriteTransform{"{{ .value }}-{{ uuidv4 }}"}}, values, environment));
  EXPECT_TRUE(varied);
}

}  // namespace
}  // namespace rotor::tmpl
