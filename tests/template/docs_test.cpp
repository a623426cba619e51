// docs/templates.md shows what is so: every example in it is executed.
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/yaml.hpp"
#include "template/apply.hpp"
#include "template/functions/registry.hpp"
#include "template/gjson/gjson.hpp"
#include "template/go/yaml_value.hpp"
#include "template/keys.hpp"
#include "template/language/lexer.hpp"
#include "template/lookup.hpp"
#include "template/rewrite.hpp"
#include "tests/fakes/markdown.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

using test::Cell;
using test::Fence;
using test::Row;

const test::Markdown& page() {
  static const test::Markdown kPage = test::parse_markdown(test::read_file(test::source_path("docs/templates.md")));
  return kPage;
}

json::Value yaml(std::string_view text) {
  auto read = json::parse_yaml(text);
  EXPECT_TRUE(read) << (read ? "" : read.error().message) << "\n" << text;
  return read ? *std::move(read) : json::Value(json::Object{});
}

using Texts = std::map<std::string, std::string>;

Texts texts(const json::Value* object) {
  Texts out;
  if (object == nullptr) return out;
  for (const auto& member : object->as_object()) out.emplace(member.key(), member.value().as_string());
  return out;
}

SecretMap secrets(const Texts& values) {
  SecretMap out;
  for (const auto& [key, value] : values) out.emplace(key, SecretBytes(value));
  return out;
}

Texts revealed(const SecretMap& values) {
  Texts out;
  for (const auto& [key, value] : values) out.emplace(key, value.reveal());
  return out;
}

// The data every example sees: all `data` blocks together.
const Texts& data() {
  static const Texts kData = [] {
    Texts all;
    for (const Fence& f : page().fences) {
      if (f.info == "yaml data") all.merge(texts(&static_cast<const json::Value&>(yaml(f.text))));
    }
    return all;
  }();
  return kData;
}

std::string with_line_breaks(std::string text) {
  constexpr std::string_view kMark = "↵";
  for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) {
    text.replace(at, kMark.size(), "\n");
  }
  return text;
}

// A result as the page shows it: `text`, error `end of the message`, *empty*, *nothing*.
void expect_shown(const Result<std::optional<std::string>>& got, const Cell& shown, int line) {
  SCOPED_TRACE("docs/templates.md:" + std::to_string(line));
  if (shown.words == "error") {
    ASSERT_FALSE(got) << got->value_or("nothing");
    EXPECT_THAT(got.error().message, testing::EndsWith(shown.code));
    return;
  }
  ASSERT_TRUE(got) << got.error().message;
  if (shown.words == "*nothing*") {
    EXPECT_EQ(*got, std::nullopt);
  } else if (shown.words == "*empty*") {
    EXPECT_EQ(*got, "");
  } else {
    EXPECT_TRUE(shown.has_code && shown.words.empty()) << "no result: " << shown.words;
    EXPECT_EQ(*got, with_line_breaks(shown.code));
  }
}

Result<std::optional<std::string>> rendered(const std::string& text) {
  TRY(std::string out, render(text, data()));
  return out;
}

void check_example(const Row& r) { expect_shown(rendered(with_line_breaks(r.cells[0].code)), r.cells[1], r.line); }

void check_function(const Row& r) { expect_shown(rendered(with_line_breaks(r.cells[2].code)), r.cells[3], r.line); }

void check_message(const Row& r) { expect_shown(rendered(r.cells[0].code), {"error", r.cells[1].code, true}, r.line); }

void check_path(const Row& r) {
  std::string document;
  for (const Fence& f : page().fences) {
    if (f.info == "json document") document = f.text;
  }
  const auto found = gjson::lookup(document, r.cells[0].code).value_or(std::nullopt);
  expect_shown(found ? std::optional(std::string(found->text.reveal())) : std::nullopt, r.cells[1], r.line);
}

void check_store(const Row& r) {
  static const std::map<std::string, LookupRule> kRules = {{"AWS", LookupRule::kKeyThenPath},
                                                           {"GCP", LookupRule::kJsonKeyThenPath},
                                                           {"Azure", LookupRule::kPathThenKey},
                                                           {"Vault", LookupRule::kKeyThenRewritten},
                                                           {"Kubernetes", LookupRule::kTextsOfData}};
  const auto got = [&]() -> Result<std::optional<std::string>> {
    TRY(const auto found, find_property(kRules.at(r.cells[0].words), SecretBytes(r.cells[1].code), r.cells[2].code));
    return found ? std::optional(std::string(found->reveal())) : std::nullopt;
  };
  expect_shown(got(), r.cells[3], r.line);
}

void check_yaml_value(const Row& r) {
  const auto got = [&]() -> Result<std::optional<std::string>> {
    TRY(const auto pairs, read_yaml_strings(r.cells[0].code));
    return pairs.at("key");
  };
  expect_shown(got(), r.cells[1], r.line);
}

Result<std::optional<std::string>> only_key(Result<SecretMap> values) {
  if (!values) return std::unexpected(std::move(values).error());
  return values->begin()->first;
}

void check_regexp(const Row& r) {
  const RewriteRegexp operation{r.cells[0].code, r.cells[1].code};
  expect_shown(only_key(rewrite({operation}, secrets({{r.cells[2].code, ""}}), fixed_environment())), r.cells[3],
               r.line);
}

void check_transform(const Row& r) {
  const RewriteTransform operation{r.cells[0].code};
  expect_shown(only_key(rewrite({operation}, secrets({{r.cells[1].code, ""}}), fixed_environment())), r.cells[2],
               r.line);
}

void check_conversion(const Row& r) {
  expect_shown(only_key(convert_keys(secrets({{r.cells[1].code, ""}}), r.cells[0].code)), r.cells[2], r.line);
}

void check_decoding(const Row& r) {
  const auto got = [&]() -> Result<std::optional<std::string>> {
    TRY(const auto value, decode_value(SecretBytes(r.cells[1].code), r.cells[0].code));
    return std::string(value.reveal());
  };
  expect_shown(got(), r.cells[2], r.line);
}

std::int64_t number(std::string text) {
  std::int64_t unit = 1;
  if (text.ends_with(" MiB")) {
    unit = 1024 * 1024;
    text.erase(text.size() - 4);
  }
  std::erase(text, ' ');
  return std::stoll(text) * unit;
}

void check_limit(const Row& r) {
  const Limits limits;
  const std::map<std::string, std::int64_t> so = {
      {"steps", limits.steps},          {"bytes", limits.bytes}, {"output", limits.output},  {"effort", limits.effort},
      {"depth", limits.template_depth}, {"one text", kMaxText},  {"levels", kMaxValueDepth}, {"values", kMaxValues}};
  EXPECT_EQ(number(r.cells[1].words), so.at(r.cells[0].words)) << "docs/templates.md:" << r.line;
}

// Every table of the page is of a kind known here, so that none is skipped by a slip in its header.
void prose(const Row&) {}
const std::map<std::string, void (*)(const Row&)> kTables = {
    {"Function | Gives | Example | Result", check_function},
    {"Function | The same as | Example | Result", check_function},
    {"Example | Result", check_example},
    {"Example | Result | Why", check_example},
    {"Example | Message | What to do", check_message},
    {"Path | Result | What it is", check_path},
    {"Store | Payload | Property | Result", check_store},
    {"Rendered | Value | Why", check_yaml_value},
    {"source | target | Key | Becomes", check_regexp},
    {"template | Key | Becomes", check_transform},
    {"Strategy | Key | Becomes", check_conversion},
    {"Strategy | Value | Becomes | Why", check_decoding},
    {"Action | What it does", prose},
    {"Field of `target.template` | What it does", prose},
    {"`templateAs` | What becomes of the rendered text", prose},
    {"`target` | Where the values go", prose},
    {"Budget | At most | What is counted", check_limit},
};

TEST(TemplateDocs, EveryRowOfEveryTableIsAsShown) {
  std::set<std::string> seen;
  for (const auto& table : page().tables) {
    const auto known = kTables.find(table.header);
    if (known == kTables.end()) {
      ADD_FAILURE() << "unknown kind of table: " << table.header;
      continue;
    }
    seen.insert(table.header);
    EXPECT_FALSE(table.rows.empty()) << table.header;
    const auto columns = std::ranges::count(table.header, '|') + 1;
    for (const Row& row : table.rows) {
      ASSERT_EQ(row.cells.size(), columns) << "docs/templates.md:" << row.line;
      known->second(row);
    }
  }
  for (const auto& [header, check] : kTables) EXPECT_TRUE(seen.contains(header)) << "no table: " << header;
}

std::set<std::string_view> functions_called(std::string_view text) {
  std::set<std::string_view> names;
  Lexer lexer(text, "{{", "}}");
  for (Token t = lexer.next(); t.kind != TokenKind::kEof && t.kind != TokenKind::kError; t = lexer.next()) {
    if (t.kind == TokenKind::kIdentifier) names.insert(t.text);
  }
  return names;
}

TEST(TemplateDocs, EveryFunctionHasARowWhoseExampleCallsIt) {
  std::multiset<std::string> documented;
  for (const auto& table : page().tables) {
    if (!table.header.starts_with("Function |")) continue;
    for (const Row& row : table.rows) {
      const std::string name = row.cells[0].code.substr(0, row.cells[0].code.find(' '));
      documented.insert(name);
      EXPECT_TRUE(functions_called(row.cells[2].code).contains(name))
          << "docs/templates.md:" << row.line << ": the example does not call " << name;
    }
  }
  std::multiset<std::string> registered;
  for (const Function* f : all_functions()) registered.emplace(f->name);
  EXPECT_EQ(documented, registered);
}

// The fence after `f`, which must be of this kind.
const Fence& partner(std::size_t at, std::string_view info) {
  const auto& all = page().fences;
  if (at + 1 >= all.size() || all[at + 1].info != info) {
    throw std::runtime_error("docs/templates.md:" + std::to_string(all[at].line) + ": no result follows");
  }
  return all[at + 1];
}

TEST(TemplateDocs, TextsInBlocksRenderToTheBlocksThatFollow) {
  int found = 0;
  for (std::size_t i = 0; i < page().fences.size(); ++i) {
    const Fence& f = page().fences[i];
    if (f.info != "gotmpl") continue;
    ++found;
    EXPECT_EQ(shown(f.text, data()), partner(i, "text").text) << "docs/templates.md:" << f.line;
  }
  EXPECT_GE(found, 2);
}

TemplateSpec template_spec(const json::Value& v) {
  TemplateSpec spec;
  spec.type = json::find_string(v, "type");
  spec.merge = json::find_string(v, "mergePolicy") == "Merge";
  spec.labels = texts(json::find(v, "metadata.labels"));
  spec.annotations = texts(json::find(v, "metadata.annotations"));
  spec.data = texts(json::find(v, "data"));
  if (const json::Value* from = json::find(v, "templateFrom")) {
    for (const json::Value& entry : from->as_array()) {
      const std::string_view target = json::find_string(entry, "target");
      spec.from.push_back({TemplateAs::kKeysAndValues, "", SecretBytes(json::find_string(entry, "literal")),
                           std::string(target.empty() ? "Data" : target),
                           std::string(json::find_string(entry, "valuesDecodingStrategy")), true});
    }
  }
  return spec;
}

TEST(TemplateDocs, TargetTemplatesMakeTheSecretsShown) {
  int found = 0;
  for (std::size_t i = 0; i < page().fences.size(); ++i) {
    const Fence& f = page().fences[i];
    if (f.info != "yaml template") continue;
    ++found;
    SCOPED_TRACE("docs/templates.md:" + std::to_string(f.line));
    SecretParts made;
    ASSERT_TRUE(apply_to_secret(template_spec(yaml(f.text)), secrets(data()), fixed_environment(), {}, made));
    const json::Value shown = yaml(partner(i, "yaml result").text);
    EXPECT_EQ(made.type, json::find_string(shown, "type"));
    EXPECT_EQ(made.labels, texts(json::find(shown, "labels")));
    EXPECT_EQ(made.annotations, texts(json::find(shown, "annotations")));
    EXPECT_EQ(revealed(made.data), texts(json::find(shown, "data")));
  }
  EXPECT_GE(found, 2);
}

std::vector<RewriteOperation> rewrite_operations(const json::Value& list) {
  std::vector<RewriteOperation> out;
  for (const json::Value& item : list.as_array()) {
    if (json::find(item, "regexp") != nullptr) {
      out.emplace_back(RewriteRegexp{std::string(json::find_string(item, "regexp.source")),
                                     std::string(json::find_string(item, "regexp.target"))});
      continue;
    }
    RewriteMerge merge;
    merge.into = json::find_string(item, "merge.into");
    merge.strategy = json::find_string(item, "merge.strategy");
    merge.ignore_conflicts = json::find_string(item, "merge.conflictPolicy") == "Ignore";
    if (const json::Value* priority = json::find(item, "merge.priority")) {
      for (const json::Value& key : priority->as_array()) merge.priority.emplace_back(key.as_string());
    }
    out.emplace_back(std::move(merge));
  }
  return out;
}

TEST(TemplateDocs, RewritesTurnTheKeysBeforeIntoThoseAfter) {
  int found = 0;
  for (const Fence& f : page().fences) {
    if (f.info != "yaml rewrite") continue;
    ++found;
    SCOPED_TRACE("docs/templates.md:" + std::to_string(f.line));
    const json::Value example = yaml(f.text);
    const auto got = rewrite(rewrite_operations(example.at("rewrite")), secrets(texts(json::find(example, "before"))),
                             fixed_environment());
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(revealed(*got), texts(json::find(example, "after")));
  }
  EXPECT_GE(found, 2);
}

}  // namespace
}  // namespace rotor::tmpl
