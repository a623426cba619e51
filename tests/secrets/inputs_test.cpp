#include "secrets/inputs.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

const kube::DigestKey& key() {
  static const kube::DigestKey k{SecretBytes("0123456789abcdef0123456789abcdef")};
  return k;
}

// Everything a Secret is made of.
struct Ingredients {
  api::es::ExternalSecret es = test::sample_es();
  Fetched fetched;
  TemplateSources sources;
  tmpl::Delimiters delimiters;

  Ingredients() {
    es.spec.target.tmpl.emplace();
    es.spec.target.tmpl->data["a"] = "{{ bcrypt .a }}";
    es.spec.target.tmpl->metadata = api::es::TemplateMetadata{{{"l", "1"}}, {{"n", "{{ now }}"}}, {}};
    es.spec.data_from.emplace_back();
    es.spec.data_from[0].extract = api::es::RemoteRef{};
    fetched.data_from.push_back(test::one_value("x", "1"));
    fetched.data.emplace_back("v1");
    sources[{SourceName::Kind::kConfigMap, "texts"}] = test::one_value("t", "{{ .a }}");
  }
  std::string digest(std::string_view data_hash = "hash") const {
    return inputs_digest(key(), inputs_of(es, fetched, sources, delimiters), data_hash);
  }
};

struct ChangeCase {
  const char* what;
  std::function<void(Ingredients&)> change;
  bool counts;
};
void PrintTo(const ChangeCase& c, std::ostream* out) { *out << c.what; }
class Change : public testing::TestWithParam<ChangeCase> {};

TEST_P(Change, CountsWhenTheSecretIsMadeOfIt) {
  Ingredients all;
  const std::string before = all.digest();
  GetParam().change(all);
  EXPECT_EQ(all.digest() != before, GetParam().counts);
}

api::es::Rewrite transform() {
  api::es::Rewrite rewrite;
  rewrite.transform = api::es::RewriteTransform{"{{ uuidv4 }}"};
  return rewrite;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Change,
    testing::Values(
        ChangeCase{"nothing", [](Ingredients&) {}, false},
        ChangeCase{"a value", [](Ingredients& w) { w.fetched.data[0] = SecretBytes("v2"); }, true},
        ChangeCase{"an extracted value", [](Ingredients& w) { w.fetched.data_from[0] = test::one_value("x", "2"); },
                   true},
        ChangeCase{"an extracted key", [](Ingredients& w) { w.fetched.data_from[0] = test::one_value("y", "1"); },
                   true},
        ChangeCase{"a template", [](Ingredients& w) { w.es.spec.target.tmpl->data["a"] = "{{ .a }}"; }, true},
        ChangeCase{"a templated label", [](Ingredients& w) { w.es.spec.target.tmpl->metadata->labels["l"] = "2"; },
                   true},
        ChangeCase{"the type", [](Ingredients& w) { w.es.spec.target.tmpl->type = "x/y"; }, true},
        ChangeCase{"a source", [](Ingredients& w) { w.sources.begin()->second = test::one_value("t", "{{ .b }}"); },
                   true},
        ChangeCase{"a source that went", [](Ingredients& w) { w.sources.clear(); }, true},
        ChangeCase{"a rewrite", [](Ingredients& w) { w.es.spec.data_from[0].rewrite.push_back(transform()); }, true},
        ChangeCase{"decoding", [](Ingredients& w) { w.es.spec.data[0].remote_ref.decoding_strategy = "Base64"; }, true},
        ChangeCase{"a key of the Secret", [](Ingredients& w) { w.es.spec.data[0].secret_key = "b"; }, true},
        ChangeCase{"delimiters", [](Ingredients& w) { w.delimiters.left = "<<"; }, true},
        ChangeCase{"where the value lies", [](Ingredients& w) { w.es.spec.data[0].remote_ref.key = "moved"; }, false},
        ChangeCase{"force-sync", [](Ingredients& w) { w.es.metadata.annotations["force-sync"] = "1"; }, false},
        ChangeCase{"the interval", [](Ingredients& w) { w.es.spec.refresh_interval = "5m"; }, false}));

TEST(InputsDigest, IsOfTheDataThatWasMadeToo) {
  const Ingredients all;
  EXPECT_NE(all.digest("one"), all.digest("other"));
  EXPECT_EQ(all.digest().size(), 8U + 1 + 32);
  EXPECT_TRUE(all.digest().starts_with(key().id() + "-"));
}

TEST(MayVary, OnlyWhereATemplateRuns) {
  auto es = test::sample_es();
  EXPECT_FALSE(may_vary(es));
  es.spec.target.tmpl.emplace();
  EXPECT_FALSE(may_vary(es));
  es.spec.target.tmpl->data["a"] = "{{ uuidv4 }}";
  EXPECT_TRUE(may_vary(es));
  es.spec.target.tmpl.reset();
  es.spec.data_from.emplace_back();
  es.spec.data_from[0].rewrite.push_back(transform());
  EXPECT_TRUE(may_vary(es));
}

struct CompareCase {
  const char* what;
  std::string_view kept;  // in the status
  std::string_view remembered;
  bool ready;
  bool edited;  // the object since the last sync
  bool intact;  // the Secret
  Inputs expected;
};
void PrintTo(const CompareCase& c, std::ostream* out) { *out << c.what; }
class Compare : public testing::TestWithParam<CompareCase> {};

TEST_P(Compare, DecidesWhetherASecretStays) {
  const CompareCase& c = GetParam();
  auto es = test::synced_es("2026-01-02T09:00:00Z");
  kube::Condition condition;
  condition.type = "Ready";
  condition.status = c.ready ? "True" : "False";
  es.status.conditions.push_back(condition);
  es.status.inputs_digest = c.kept;
  if (c.edited) es.metadata.generation = 2;
  Target target = test::managed_target();
  if (!c.intact) target.actual_hash = "edited";
  EXPECT_EQ(compare_inputs(es, &target, c.remembered, "now"), c.expected);
  EXPECT_EQ(compare_inputs(es, nullptr, c.remembered, "now"), Inputs::kChanged) << "no Secret";
}

// The process before was stopped between the Secret and the status.
TEST(CompareInputs, KnowsWhatTheSecretItselfSaysItWasMadeOf) {
  const auto es = test::sample_es();
  Target target = test::managed_target();
  EXPECT_EQ(compare_inputs(es, &target, "", "now"), Inputs::kChanged);
  target.metadata.annotations["rotor/made"] = R"({"inputs":"now"})";
  EXPECT_EQ(compare_inputs(es, &target, "", "now"), Inputs::kUnchanged);
  EXPECT_EQ(compare_inputs(es, &target, "", "later"), Inputs::kChanged);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Compare,
    testing::Values(CompareCase{"the same", "now", "", true, false, true, Inputs::kUnchanged},
                    CompareCase{"the same after force-sync", "now", "", true, true, true, Inputs::kUnchanged},
                    CompareCase{"the same after a failure", "now", "", false, false, true, Inputs::kUnchanged},
                    CompareCase{"only remembered", "", "now", true, false, true, Inputs::kUnchanged},
                    CompareCase{"the status is behind", "old", "now", true, false, true, Inputs::kUnchanged},
                    CompareCase{"others", "old", "", true, false, true, Inputs::kChanged},
                    CompareCase{"others, remembered", "", "old", true, false, true, Inputs::kChanged},
                    CompareCase{"edited by hand", "now", "now", true, false, false, Inputs::kChanged},
                    CompareCase{"taken over", "", "", true, false, true, Inputs::kUnknown},
                    CompareCase{"taken over, edited", "", "", true, true, true, Inputs::kChanged},
                    CompareCase{"taken over, failed before", "", "", false, false, true, Inputs::kChanged},
                    CompareCase{"taken over, edited by hand", "", "", true, false, false, Inputs::kChanged}));

}  // namespace
}  // namespace rotor::secrets
