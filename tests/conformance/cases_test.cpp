// Requests and what comes back, as tables: cases/*.json. The expectations are what kube-apiserver answers; see
// cases/record.py.
#include <algorithm>
#include <charconv>
#include <functional>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <re2/re2.h>

#include "tests/conformance/server.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::conformance {
namespace {

struct Case {
  std::string name;
  Value row;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

std::vector<Case> load(std::string_view file) {
  const auto parsed =
      json::parse(test::read_file(test::source_path(fmt::format("tests/conformance/cases/{}.json", file))));
  std::vector<Case> out;
  for (const Value& row : parsed.value().as_array()) out.push_back({text_at(row, "name"), row});
  return out;
}

// A string's $NS, and $FILL(n): n letters.
std::string filled(std::string_view text, const std::string& ns) {
  static const re2::RE2 kFill(R"(\$FILL\((\d+)\))");
  std::string out(text);
  re2::RE2::GlobalReplace(&out, R"(\$NS)", ns);
  std::size_t n = 0;
  while (re2::RE2::PartialMatch(out, kFill, &n)) re2::RE2::Replace(&out, kFill, std::string(n, 'A'));
  return out;
}

// "$LABELS(n)" as a whole value: n labels of about 126 bytes.
std::optional<Value> labels(std::string_view text) {
  std::size_t n = 0;
  if (!re2::RE2::FullMatch(text, R"(\$LABELS\((\d+)\))", &n)) return std::nullopt;
  json::Object out;
  for (std::size_t i = 0; i < n; ++i) out[fmt::format("l{:062}", i)] = std::string(63, 'x');
  return Value(std::move(out));
}

Value expanded(const Value& value, const std::string& ns) {
  if (value.is_string()) {
    if (auto many = labels(value.get_string())) return *std::move(many);
    return Value(filled(value.get_string(), ns));
  }
  if (const auto* array = value.if_array()) {
    json::Array out;
    for (const Value& item : *array) out.push_back(expanded(item, ns));
    return Value(std::move(out));
  }
  if (const auto* object = value.if_object()) {
    json::Object out;
    for (const auto& member : *object) out[filled(member.key(), ns)] = expanded(member.value(), ns);
    return Value(std::move(out));
  }
  return value;
}

std::string masked(std::string text, const std::string& ns) {
  static const re2::RE2 kUid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  static const re2::RE2 kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)");
  re2::RE2::GlobalReplace(&text, re2::RE2::QuoteMeta(ns), R"($NS)");
  re2::RE2::GlobalReplace(&text, kUid, "$UID");
  re2::RE2::GlobalReplace(&text, kTime, "$TIME");
  return text;
}

// `rows.0.cells`: numbers are positions.
const Value* at(const Value& root, std::string_view path) {
  const Value* value = &root;
  while (value != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    std::size_t i = 0;
    const bool number = std::from_chars(step.data(), step.data() + step.size(), i).ec == std::errc();
    if (const auto* array = value->if_array()) {
      value = number && i < array->size() ? &(*array)[i] : nullptr;
    } else {
      value = value->is_object() ? value->get_object().if_contains(step) : nullptr;
    }
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return value;
}

class Cases : public Conformance, public testing::WithParamInterface<Case> {
 protected:
  Server::Answer exchange(const Value& row) {
    const std::string line = filled(text_at(row, "send"), ns);
    const auto space = line.find(' ');
    net::Request request{.method = line.substr(0, space), .url = line.substr(space + 1)};
    const auto given = [&](std::string_view key, std::string otherwise) {
      const std::string text = text_at(row, key);
      return text.empty() ? otherwise : text;
    };
    request.headers.push_back({"Accept", given("accept", "application/json")});
    if (at(row, "anonymous") == nullptr) {
      const std::string own(server->config().token.reveal());
      request.headers.push_back({"Authorization", "Bearer " + given("token", own)});
    }
    if (const Value* body = at(row, "body")) {
      request.headers.push_back({"Content-Type", given("type", "application/json")});
      request.body = SecretBytes(boost::json::serialize(expanded(*body, ns)));
    }
    return server->send(std::move(request));
  }

  void prepare(const Value& row, std::string_view key) {
    const Value* all = at(row, key);
    for (std::size_t i = 0; all != nullptr && i < all->get_array().size(); ++i) {
      const auto answer = exchange(all->get_array()[i]);
      ASSERT_LT(answer.status, 300) << text_at(answer.body, "message");
    }
  }

  static std::string causes(const Value& body) {
    std::string out;
    const Value* all = at(body, "details.causes");
    for (std::size_t i = 0; all != nullptr && i < all->get_array().size(); ++i) {
      const Value& one = all->get_array()[i];
      const std::string line = fmt::format("{} {}\n", text_at(one, "reason"), text_at(one, "field"));
      if (!out.contains(line)) out += line;  // kube-apiserver names some causes twice
    }
    return out;
  }

  void expect_lines(const Value& expected, std::string_view key, const std::string& found) {
    std::string wanted;
    const Value* lines = at(expected, key);
    for (std::size_t i = 0; lines != nullptr && i < lines->get_array().size(); ++i)
      wanted += std::string(lines->get_array()[i].as_string()) + "\n";
    EXPECT_EQ(masked(found, ns), wanted) << key;
  }
};

TEST_P(Cases, AreAnsweredAsRecorded) {
  const Value& row = GetParam().row;
  prepare(row, "before");
  const Server::Answer answer = exchange(row);
  const Value& expected = row.at("expect");
  const bool brief = at(row, "brief") != nullptr;  // the words differ, and may
  EXPECT_EQ(answer.status, expected.at("code").as_int64()) << compact(&answer.body).substr(0, 2000);
  if (const Value* type = at(expected, "type")) EXPECT_EQ(answer.type, std::string(type->as_string()));
  if (answer.status >= 300) {
    EXPECT_EQ(text_at(answer.body, "reason"), text_at(expected, "reason"));
    if (at(expected, "message") != nullptr && !brief)
      EXPECT_EQ(masked(text_at(answer.body, "message"), ns), text_at(expected, "message"));
    expect_lines(expected, "causes", causes(answer.body));
  }
  std::string warnings;
  for (const std::string& one : answer.warnings) warnings += one + "\n";
  expect_lines(expected, "warnings", warnings);
  const Value* shown = at(expected, "shows");
  if (shown != nullptr) {
    for (const auto& member : shown->get_object()) {
      EXPECT_EQ(masked(compact(at(answer.body, member.key())), ns), std::string(member.value().as_string()))
          << std::string_view(member.key());
    }
  }
  prepare(row, "after");
}

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Workloads, Cases, testing::ValuesIn(load("workloads")), name_of);
INSTANTIATE_TEST_SUITE_P(Services, Cases, testing::ValuesIn(load("services")), name_of);
INSTANTIATE_TEST_SUITE_P(Resources, Cases, testing::ValuesIn(load("resources")), name_of);
INSTANTIATE_TEST_SUITE_P(Secrets, Cases, testing::ValuesIn(load("secrets")), name_of);
INSTANTIATE_TEST_SUITE_P(Metadata, Cases, testing::ValuesIn(load("metadata")), name_of);
INSTANTIATE_TEST_SUITE_P(Events, Cases, testing::ValuesIn(load("events")), name_of);
INSTANTIATE_TEST_SUITE_P(Requests, Cases, testing::ValuesIn(load("requests")), name_of);
INSTANTIATE_TEST_SUITE_P(Definitions, Cases, testing::ValuesIn(load("definitions")), name_of);
INSTANTIATE_TEST_SUITE_P(Tables, Cases, testing::ValuesIn(load("tables")), name_of);

}  // namespace
}  // namespace rotor::conformance
