// Traps of keys: rewriting of names and of what `templateFrom` stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "template/apply.hpp"
#include "template/rewrite.hpp"
#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> keys_of(const Result<SecretMap>& values) {
  std::vector<std::string> out;
  if (!values) return {"error: " + values.error().message};
  for (const auto& [key, _] : *values) out.push_back(key);
  return out;
}

SecretMap named(std::initializer_list<std::string_view> keys) {
  SecretMap out;
  for (const auto key : keys) out.emplace(std::string(key), SecretBytes("v"));
  return out;
}

const Environment kEnvironment = fixed_environment();

TEST(TrapsRewrite, TransformsPrintNoValueWhereTargetTemplatesFail) {
  EXPECT_THAT(keys_of(rewrite({RewriteTransform{"{{.value}}{{.missing}}"}}, named({"a"}), kEnvironment)),
              ElementsAre("a<no value>"));
  EXPECT_THAT(keys_of(rewrite({RewriteTransform{"{{.missing.x}}"}}, named({"a"}), kEnvironment)),
              ElementsAre("<no value>"));
  EXPECT_THAT(shown("{{.missing}}"), HasSubstr("map has no entry for key"));
}

TEST(TrapsRewrite, ReadsTheLongestNameOfAGroup) {
  const auto renamed = [](const char* target) {
    return keys_of(rewrite({RewriteRegexp{"^(db)-(.*)$", target}}, named({"db-user", "other"}), kEnvironment));
  };
  EXPECT_THAT(renamed("$1_$2"), ElementsAre("other", "user"));
  EXPECT_THAT(renamed("${1}_$2"), ElementsAre("db_user", "other"));
  EXPECT_THAT(renamed("\\1"), ElementsAre("\\1", "other"));
}

TEST(TrapsRewrite, OutputOfOneIsInputOfTheNext) {
  EXPECT_THAT(
      keys_of(rewrite({RewriteRegexp{"a", "b"}, RewriteTransform{"{{.value | upper}}"}}, named({"xa"}), kEnvironment)),
      ElementsAre("XB"));
}

TEST(TrapsRewrite, MergesLongNumbersInPlainForm) {
  SecretMap in;
  in.emplace("j", SecretBytes(R"({"n":12345678901234567890123,"m":1e-7})"));
  const auto out = rewrite({RewriteMerge{}}, std::move(in), kEnvironment);
  EXPECT_EQ(out->at("n").reveal(), "12345678901234568000000");
  EXPECT_EQ(out->at("m").reveal(), "0.0000001");
}

TEST(TrapsRewrite, HasBudgets) {
  const std::string huge(100'000, 'x');
  EXPECT_THAT(keys_of(rewrite({RewriteTransform{"{{repeat 16777217 .value}}"}}, named({"a"}), kEnvironment))[0],
              HasSubstr("over budget: more than 16777216 bytes in one text"));
  std::string target;
  for (int i = 0; i < 1000; ++i) target += "$0";
  EXPECT_THAT(keys_of(rewrite({RewriteRegexp{".+", target}}, named({huge}), kEnvironment))[0],
              HasSubstr("over budget: "));
}

TemplateItem item(TemplateAs as, std::string key, std::string_view text, bool literal) {
  TemplateItem out;
  out.as = as;
  out.key = std::move(key);
  out.text = SecretBytes(text);
  out.target = "Data";
  out.literal = literal;
  return out;
}
TemplateItem literal_pairs(std::string_view text) { return item(TemplateAs::kKeysAndValues, "", text, true); }
TemplateItem value_of(std::string key, std::string_view text) {
  return item(TemplateAs::kValues, std::move(key), text, false);
}

Result<SecretParts> applied(const TemplateItem& from, std::string_view value) {
  SecretMap fetched;
  fetched.emplace("k", SecretBytes(value));
  TemplateSpec spec;
  spec.from.push_back(from);
  SecretParts out;
  auto done = apply_to_secret(spec, fetched, kEnvironment, {}, out);
  if (!done) return std::unexpected(std::move(done).error().error);
  return out;
}

TEST(TrapsTemplateFrom, ReadsScalarsThroughFloat32AndYaml11) {
  const auto value = [](std::string_view yaml) {
    const auto out = applied(literal_pairs(yaml), "v");
    if (!out) return "error: " + out.error().message;
    std::string shown;
    for (const auto& [key, bytes] : out->data) shown += key + "=" + std::string(bytes.reveal()) + ";";
    return shown;
  };
  EXPECT_EQ(value("a: 0123"), "a=83;");
  EXPECT_EQ(value("a: 1.23456789"), "a=1.2345679;");
  EXPECT_EQ(value("a: yes\nb: ~\nc: 1e5"), "a=true;b=;c=100000;");
  EXPECT_EQ(value("y: 1\n010: 2\n1.50: 3"), "1.5=3;8=2;true=1;");
  EXPECT_THAT(value("a: [1]"), HasSubstr("cannot unmarshal array"));
}

// Today these messages carry the whole text of a literal; ours name it, and never a value.
TEST(TrapsTemplateFrom, ErrorsNameTheTemplateAndNoValue) {
  const auto message = [](const TemplateItem& from) {
    const auto out = applied(from, "hunter2");
    return out ? std::string() : out.error().message;
  };
  const auto pairs = message(literal_pairs("a: {{ .zz }}"));
  EXPECT_THAT(pairs, HasSubstr("template: literal:1:6: executing \"literal\" at <.zz>"));
  const auto named_item = message(value_of("cfg", "{{ .k.x }}"));
  EXPECT_THAT(named_item, HasSubstr("template: cfg:1:"));
  EXPECT_THAT(named_item, Not(HasSubstr("hunter2")));
  const auto yaml = message(literal_pairs("{{ .k }}"));
  EXPECT_THAT(yaml, HasSubstr("cannot unmarshal string"));
  EXPECT_THAT(yaml, Not(HasSubstr("hunter2")));
}

json::Object object_with(const TemplateItem& from, std::string_view value, std::string& error) {
  SecretMap fetched;
  fetched.emplace("k", SecretBytes(value));
  TemplateSpec spec;
  spec.labels = {{"l", "{{ .k }}"}};
  spec.from.push_back(from);
  json::Object object{{"apiVersion", "v1"}, {"kind", "ConfigMap"}};
  const auto done = apply_to_object(spec, fetched, kEnvironment, {}, object);
  error = done ? "" : done.error().message;
  return object;
}

TEST(TrapsTemplateFrom, PairsNeedAPlaceToGo) {
  TemplateItem pairs = literal_pairs("a: b");
  pairs.target.clear();
  const auto in_secret = applied(pairs, "v");
  ASSERT_FALSE(in_secret);
  EXPECT_THAT(in_secret.error().message, HasSubstr("invalid path \"\": empty segment"));
  std::string error;
  object_with(pairs, "v", error);
  EXPECT_THAT(error, HasSubstr("invalid path \"\": empty segment"));
}

TEST(TrapsGenericTargets, RenderSourcesTwiceAndLabelsNever) {
  std::string error;
  const TemplateItem twice = value_of("out", "{{ .k }}");
  const auto object = object_with(twice, "{{ print 1 2 }}", error);
  EXPECT_EQ(error, "");
  EXPECT_EQ(object.at("data").at("out"), "1 2");
  EXPECT_EQ(object.at("metadata").at("labels").at("l"), "{{ .k }}");

  TemplateItem once = twice;
  once.literal = true;
  EXPECT_EQ(object_with(once, "{{ print 1 2 }}", error).at("data").at("out"), "{{ print 1 2 }}");
}

TEST(TrapsGenericTargets, DoNotQuoteAValueThatIsABrokenTemplate) {
  std::string error;
  object_with(value_of("out", "{{ .k }}"), "{{ hunter2 }}", error);
  EXPECT_THAT(error, HasSubstr("key out once more as a template"));
  EXPECT_THAT(error, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace rotor::tmpl
