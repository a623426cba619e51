// What came from a cluster reaches a terminal as text and as nothing else, wherever it is shown.
#include "inspect/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/history.hpp"
#include "inspect/text.hpp"
#include "inspect/why.hpp"
#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

struct RuneCase {
  std::string name;
  std::string text;
  std::string shown;
};
class Printable : public testing::TestWithParam<RuneCase> {};
TEST_P(Printable, HasASpaceForWhatATerminalActsOn) { EXPECT_EQ(inspect::printable(GetParam().text), GetParam().shown); }
const RuneCase kRunes[] = {
    {"Plain", "a └─ ü 漢 😀", "a └─ ü 漢 😀"},
    {"Newline", "a\nb\r\nc", "a b  c"},
    {"TabAndBell", "a\tb\a", "a b "},
    {"Escape", "\x1b[1mbold", " [1mbold"},
    {"Nul", std::string("a\0b", 3), "a b"},
    {"Delete",
     "a\x7f"
     "b",
     "a b"},
    {"C1InUtf8", "a\u009b1mb", "a 1mb"},
    {"C1AsAByte",
     "a\x9b"
     "1mb",
     "a 1mb"},
    {"HalfARune", "a\xc3", "a "},
    {"LineSeparator", "a\u2028b", "a b"},
    {"TurnOfDirection", "a\u202eb\u2066c", "a b c"},
};
INSTANTIATE_TEST_SUITE_P(All, Printable, testing::ValuesIn(kRunes), [](const auto& i) { return i.param.name; });

TEST(Columns, AreAsWideAsWhatIsShownOfThem) {
  EXPECT_EQ(inspect::columns({{"a\nb", "c"}, {"└─ d", "e"}}), "a b   c\n└─ d  e\n");
}

// Each place that anybody may write who may write the object. `@` stands for the text.
struct Place {
  std::string name;
  std::string yaml;
};

std::string annotated_secret(const std::string& annotation, const std::string& json) {
  return "kind: Secret\nmetadata: {name: api-keys, namespace: shop, annotations: {" + annotation + ": '" + json +
         "'}}\n---\n";
}
std::string shop_with(const std::string& secret) {
  return std::string(kStore) + external_secret() + secret + instance() + stateful_set() + pod();
}
std::string with_versions(const std::string& source) {
  return shop_with(annotated_secret("rotor/store-versions", R"({"keys":{"OPENAI":[)" + source + "]}}"));
}
std::string with_history(const std::string& restart) {
  std::string set = stateful_set();
  const std::string_view before = "generation: 1, ownerReferences";
  set.replace(set.find(before), before.size(),
              R"(generation: 1, annotations: {openclaw.rocks/secret-history: '{"restarts":[)" + restart +
                  "]}'}, ownerReferences");
  return std::string(kSecret) + instance() + set + pod();
}

const Place kPlaces[] = {
    {"VersionOfAStore", with_versions(R"({"store":"s","key":"k","version":"@"})")},
    {"KeyOfAStore", with_versions(R"({"store":"s","key":"@","version":"1"})")},
    {"NameOfAStore", with_versions(R"({"store":"@","key":"k","version":"1"})")},
    {"KeyOfVersions",
     shop_with(annotated_secret("rotor/store-versions", R"({"keys":{"@":[{"store":"s","key":"k","version":"1"}]}})"))},
    {"VersionBefore",
     shop_with("kind: Secret\nmetadata: {name: api-keys, namespace: shop, annotations: {rotor/value-changes: "
               R"('{"keys":{"OPENAI":{"since":"2026-05-01T10:00:00Z","was":"@"}}}', rotor/store-versions: )"
               R"('{"keys":{"OPENAI":[{"store":"s","key":"k","version":"1"}]}}'}})"
               "\n---\n")},
    {"TimeOfARestart", with_history(R"({"at":"@","result":"completed","secrets":{"s":{}}})")},
    {"ResultOfARestart", with_history(R"({"at":"t","result":"@","secrets":{"s":{}}})")},
    {"WhyOfARestart", with_history(R"({"at":"t","result":"rolled back","why":"@","secrets":{"s":{}}})")},
    {"SecretOfARestart", with_history(R"({"at":"t","result":"r","secrets":{"@":{}}})")},
    {"KeyOfARestart", with_history(R"({"at":"t","result":"r","secrets":{"s":{"keys":["@"]}}})")},
    {"DigestOfARestart", with_history(R"({"at":"t","result":"r","secrets":{"s":{"digest":"@"}}})")},
    {"ResourceVersionOfARestart", with_history(R"({"at":"t","result":"r","secrets":{"s":{"version":"@"}}})")},
    {"StoreVersionOfARestart", with_history(R"({"at":"t","result":"r","secrets":{"s":{"storeVersions":{"A":"@"}}}})")},
    {"MessageOfAnEvent", std::string(kStore) + external_secret(kFailing) +
                             event_on("ExternalSecret", "keys", "Warning", "UpdateFailed", "11:59:00", "@")},
    {"MessageOfACondition",
     std::string(kSecret) + instance(R"({type: SecretsReady, status: "False", reason: SecretsMissing, message: "@"})")},
    {"ReasonOfACondition",
     std::string(kSecret) + instance(R"({type: SecretsReady, status: "False", reason: "@", message: m})")},
    {"ReasonOfAWaitingContainer",
     std::string(kSecret) + instance() + stateful_set() + pod("aa", "False", R"(waiting: {reason: "@", message: m})")},
    {"InstanceOfACopy",
     R"({kind: Secret, metadata: {name: api-keys, namespace: shop, labels: {openclaw.rocks/last-good-of: "@"}}})"
     "\n---\n" +
         instance() + stateful_set() + pod()},
};

std::string all_texts(std::string yaml, const std::string& text) {
  for (auto at = yaml.find('@'); at != std::string::npos; at = yaml.find('@', at + text.size())) {
    yaml.replace(at, 1, text);
  }
  const inspect::Graph graph = graph_of(yaml);
  std::string out = inspect::status_text(graph).str();
  for (const auto& [id, object] : graph.objects) {
    out += inspect::why_text(graph, inspect::explain(graph, id)).str();
    if (id.kind == inspect::Kind::kInstance) out += inspect::history_text(graph, id).str();
  }
  return out;
}

class Terminal : public testing::TestWithParam<Place> {};
TEST_P(Terminal, ShowsWhatItIsToldToDo) {
  // As JSON and YAML write the same characters.
  const std::string control = R"(x\ny\tz\u001b[1mw\u0007v)";
  const std::string shown = all_texts(GetParam().yaml, "x y z [1mw v");
  EXPECT_THAT(shown, HasSubstr("x y z [1mw v")) << "it is shown nowhere";
  EXPECT_EQ(all_texts(GetParam().yaml, control), shown);
}
INSTANTIATE_TEST_SUITE_P(All, Terminal, testing::ValuesIn(kPlaces), [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace rotor::test
