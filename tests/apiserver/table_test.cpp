#include "apiserver/http/table.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace rotor::apiserver {
namespace {

using namespace std::chrono_literals;

json::Value value(std::string_view text) { return json::parse(text).value(); }

std::string first(std::string_view path, std::string_view document) {
  const auto parsed = JsonPath::parse(path);
  if (!parsed) return "error: " + parsed.error().message;
  const json::Object root = value(document).get_object();  // what is found points into it
  const auto found = parsed->find(root);
  return found.empty() ? "nothing" : json::serialize(*found.front());
}

TEST(JsonPath, FindsMembersItemsAndFilteredItems) {
  EXPECT_EQ(first(".a.b", R"({"a":{"b":1}})"), "1");
  EXPECT_EQ(first("{.a}", R"({"a":"x"})"), R"("x")");
  EXPECT_EQ(first("$.a", R"({"a":"x"})"), R"("x")");
  EXPECT_EQ(first(".a[1]", R"({"a":[1,2]})"), "2");
  EXPECT_EQ(first(".a[-1]", R"({"a":[1,2,3]})"), "3");
  EXPECT_EQ(first(".a[*].b", R"({"a":[{"b":1},{"b":2}]})"), "1");
  EXPECT_EQ(first(R"(.a['x.y'])", R"({"a":{"x.y":1}})"), "1");
  EXPECT_EQ(first(R"(.a.x\.y)", R"({"a":{"x.y":1}})"), "1");
  EXPECT_EQ(
      first(R"(.c[?(@.type=="Ready")].status)", R"({"c":[{"type":"A","status":"1"},{"type":"Ready","status":"2"}]})"),
      R"("2")");
  EXPECT_EQ(first(R"(.c[?(@.type!='A')].status)", R"({"c":[{"type":"A","status":"1"},{"type":"B","status":"2"}]})"),
            R"("2")");
}

TEST(JsonPath, FindsNothingWhereAPartIsAbsent) {
  EXPECT_EQ(first(".a.b", R"({"a":1})"), "nothing");
  EXPECT_EQ(first(".a[3]", R"({"a":[]})"), "nothing");
  EXPECT_EQ(first(R"(.c[?(@.type=="Ready")].status)", R"({})"), "nothing");
}

TEST(JsonPath, RefusesWhatItCannotRead) {
  EXPECT_FALSE(JsonPath::parse(".a[").has_value());
  EXPECT_FALSE(JsonPath::parse(".a[x]").has_value());
  EXPECT_FALSE(JsonPath::parse(".a[?(type)]").has_value());
  EXPECT_FALSE(JsonPath::parse(".a..b").has_value());
}

TEST(HumanDuration, ShortensAsKubectlDoes) {
  const std::pair<std::chrono::seconds, std::string_view> cases[] = {
      {-5s, "<invalid>"},  {-1s, "0s"},           {0s, "0s"},          {119s, "119s"},      {120s, "2m"},
      {150s, "2m30s"},     {9min + 59s, "9m59s"}, {10min + 1s, "10m"}, {179min, "179m"},    {3h, "3h"},
      {3h + 5min, "3h5m"}, {7h + 59min, "7h59m"}, {8h + 1min, "8h"},   {47h, "47h"},        {48h, "2d"},
      {51h, "2d3h"},       {24h * 8, "8d"},       {24h * 700, "700d"}, {24h * 731, "2y1d"}, {24h * 365 * 9, "9y"}};
  for (const auto& [duration, text] : cases) EXPECT_EQ(human_duration(duration), text);
}

WallTime at(std::string_view text) { return parse_time(text).value(); }

std::string cells(std::string_view group, std::string_view kind, std::string_view object) {
  const json::Object row =
      table_row(builtin_columns(group, kind), value(object).get_object(), Include::kNone, at("2026-01-01T01:00:00Z"));
  return json::serialize(row.at("cells"));
}

TEST(Columns, ShowSecretsWithoutTheirValues) {
  EXPECT_EQ(
      cells(
          "", "Secret",
          R"({"metadata":{"name":"s","creationTimestamp":"2026-01-01T00:00:00Z"},"type":"Opaque","data":{"a":"YQ==","b":""}})"),
      R"(["s","Opaque",2,"60m"])");
}

TEST(Columns, ShowWhyAPodWaits) {
  EXPECT_EQ(
      cells("", "Pod", R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]},"status":{"phase":"Pending",
    "containerStatuses":[{"ready":false,"restartCount":2,"state":{"waiting":{"reason":"CreateContainerConfigError"}}}]}})"),
      R"(["p","0/1","CreateContainerConfigError","2","<unknown>","<none>","<none>","<none>","<none>"])");
  EXPECT_EQ(
      cells("", "Pod",
            R"({"metadata":{"name":"p","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}})")
          .substr(0, 24),
      R"(["p","0/0","Terminating")");
}

TEST(Columns, ShowWorkloadsServicesAndEvents) {
  EXPECT_EQ(
      cells(
          "apps", "StatefulSet",
          R"({"metadata":{"name":"s"},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"readyReplicas":1}})"),
      R"(["s","1/1","<unknown>","c","i"])");
  EXPECT_EQ(
      cells(
          "", "Service",
          R"({"metadata":{"name":"s"},"spec":{"type":"ClusterIP","clusterIP":"10.0.0.1","ports":[{"port":80,"protocol":"TCP"}],"selector":{"a":"b"}}})"),
      R"(["s","ClusterIP","10.0.0.1","<none>","80/TCP","<unknown>","a=b"])");
  EXPECT_EQ(
      cells(
          "", "Event",
          R"({"metadata":{"name":"e"},"lastTimestamp":"2026-01-01T00:59:00Z","type":"Warning","reason":"R","message":"m","involvedObject":{"kind":"Pod","name":"p"}})")
          .substr(0, 35),
      R"(["60s","Warning","R","pod/p","","",)");
}

TEST(PathColumn, ShowsTypesAsTheServerDoes) {
  const auto cell = [](std::string_view type, std::string_view path) {
    const Column column = path_column("X", std::string(type), path).value();
    const json::Object object =
        value(R"({"s":"x","n":3,"b":true,"o":{"a":1},"t":"2026-01-01T00:00:00Z"})").get_object();
    return json::serialize(column.cell(object, at("2026-01-01T00:01:00Z")));
  };
  EXPECT_EQ(cell("string", ".s"), R"("x")");
  EXPECT_EQ(cell("string", ".n"), R"("3")");
  EXPECT_EQ(cell("string", ".o"), R"("{\"a\":1}")");
  EXPECT_EQ(cell("integer", ".n"), "3");
  EXPECT_EQ(cell("integer", ".s"), "null");
  EXPECT_EQ(cell("boolean", ".b"), "true");
  EXPECT_EQ(cell("date", ".t"), R"("60s")");
  EXPECT_EQ(cell("date", ".absent"), "null");
}

TEST(Table, NamesItsColumnsOnlyWhenAsked) {
  EXPECT_TRUE(make_table(default_columns(), {}, {}, false).at("columnDefinitions").is_null());
  EXPECT_EQ(make_table(default_columns(), {}, {}, true).at("columnDefinitions").get_array().size(), 2U);
}

}  // namespace
}  // namespace rotor::apiserver
