#include "apiserver/http/table.hpp"

#include <fmt/format.h>

#include "base/time.hpp"

namespace rotor::apiserver {

std::string human_duration(std::chrono::seconds d) {
  const long long seconds = d.count();
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  const auto pair = [](long long big, char unit, long long small, char small_unit) {
    return small == 0 ? fmt::format("{}{}", big, unit) : fmt::format("{}{}{}{}", big, unit, small, small_unit);
  };
  const long long minutes = seconds / 60;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return fmt::format("{}m", minutes);
  const long long hours = minutes / 60;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return fmt::format("{}h", hours);
  if (hours < 24 * 8) return pair(hours / 24, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return fmt::format("{}d", hours / 24);
  if (hours < 24 * 365 * 8) return pair(hours / 24 / 365, 'y', hours / 24 % 365, 'd');
  return fmt::format("{}y", hours / 24 / 365);
}

std::string age_of(std::string_view timestamp, WallTime now) {
  if (timestamp.empty()) return "<unknown>";
  const auto then = parse_time(timestamp);
  if (!then) return "<unknown>";
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(now - *then));
}

Column name_column() {
  return {.name = "Name",
          .format = "name",
          .description = "Name must be unique within a namespace.",
          .cell = [](const json::Object& object, WallTime) { return json::Value(name_of(object)); }};
}

Column age_column() {
  return {.name = "Age",
          .description = "Time since the object was created.",
          .cell = [](const json::Object& o, WallTime now) {
            return json::Value(age_of(text(metadata_of(o), "creationTimestamp"), now));
          }};
}

Columns default_columns() {
  Columns out{name_column()};
  Column age = age_column();
  age.type = "date";
  out.push_back(std::move(age));
  return out;
}

namespace {

std::string date_of(std::string_view text, WallTime now) {
  return parse_time(text) ? age_of(text, now) : std::string("<invalid>");
}

json::Value cell_of(std::string_view type, const json::Value& value, WallTime now) {
  if (type == "date")
    return value.is_string() ? json::Value(date_of(value.get_string(), now)) : json::Value("<invalid>");
  if (type == "integer") return value.is_number() && !value.is_double() ? value : json::Value();
  if (type == "number") return value.is_number() ? value : json::Value();
  if (type == "boolean") return value.is_bool() ? value : json::Value();
  if (value.is_null()) return json::Value();
  return value.is_string() ? value : json::Value(json::serialize(value));
}

}  // namespace

Result<Column> path_column(std::string name, std::string type, std::string_view path) {
  TRY(JsonPath parsed, JsonPath::parse(path));
  Column out{.name = std::move(name), .type = type};
  out.cell = [steps = std::move(parsed), type](const json::Object& object, WallTime now) {
    const auto found = steps.find(object);
    return found.empty() ? json::Value() : cell_of(type, *found.front(), now);
  };
  return out;
}

json::Object partial_metadata(const json::Object& object) {
  json::Object out;
  out["kind"] = "PartialObjectMetadata";
  out["apiVersion"] = "meta.k8s.io/v1";
  out["metadata"] = metadata_of(object);
  return out;
}

json::Object table_row(const Columns& columns, const json::Object& object, Include include, WallTime now) {
  json::Object row;
  json::Array cells;
  cells.reserve(columns.size());
  for (const Column& column : columns) cells.push_back(column.cell(object, now));
  row["cells"] = std::move(cells);
  if (include == Include::kMetadata) row["object"] = partial_metadata(object);
  if (include == Include::kObject) row["object"] = object;
  return row;
}

json::Object make_table(const Columns& columns, json::Array rows, json::Object list_meta, bool with_columns) {
  json::Object out;
  out["kind"] = "Table";
  out["apiVersion"] = "meta.k8s.io/v1";
  out["metadata"] = std::move(list_meta);
  if (with_columns) {
    json::Array definitions;
    for (const Column& column : columns) {
      json::Object one;
      one["name"] = column.name;
      one["type"] = column.type;
      one["format"] = column.format;
      one["description"] = column.description;
      one["priority"] = column.priority;
      definitions.push_back(std::move(one));
    }
    out["columnDefinitions"] = std::move(definitions);
  } else {
    out["columnDefinitions"] = nullptr;
  }
  out["rows"] = std::move(rows);
  return out;
}

}  // namespace rotor::apiserver
