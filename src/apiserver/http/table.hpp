// Objects as the tables `kubectl get` prints, and as their metadata alone.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apiserver/registry/jsonpath.hpp"
#include "apiserver/registry/meta.hpp"
#include "base/clock.hpp"
#include "json/document.hpp"

namespace rotor::apiserver {

struct Column {
  std::string name;
  std::string type = "string";  // string, integer, number, boolean, date
  std::string format{};
  std::string description{};
  int priority = 0;  // above 0: only with -o wide
  std::function<json::Value(const json::Object& object, WallTime now)> cell{};
};
using Columns = std::vector<Column>;

// A column of a CRD: the first value `path` finds, dates as ages.
Result<Column> path_column(std::string name, std::string type, std::string_view path);
// What a kind without columns of its own shows: Name and Age.
Columns default_columns();
Column name_column();
Column age_column();
// Columns of a built-in kind, as kubectl users know them.
Columns builtin_columns(std::string_view group, std::string_view kind);

// 90 s → "90s", 3 h 5 min → "3h5m", …
std::string human_duration(std::chrono::seconds d);
std::string age_of(std::string_view timestamp, WallTime now);  // "<unknown>" without one

enum class Include : std::uint8_t { kMetadata, kNone, kObject };

// One row; `object` is already in the version that was asked for.
json::Object table_row(const Columns& columns, const json::Object& object, Include include, WallTime now);
// A Table around rows. `with_columns` is false for all but the first event of a watch.
json::Object make_table(const Columns& columns, json::Array rows, json::Object list_meta, bool with_columns);

json::Object partial_metadata(const json::Object& object);

}  // namespace rotor::apiserver
