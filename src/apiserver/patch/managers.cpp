#include "apiserver/patch/managers.hpp"

#include <algorithm>
#include <tuple>

namespace rotor::apiserver::patch {

namespace {

const json::Array* entries_of(const json::Object& object) {
  const auto* metadata = object.if_contains("metadata");
  const auto* fields =
      metadata == nullptr || !metadata->is_object() ? nullptr : metadata->get_object().if_contains("managedFields");
  return fields == nullptr ? nullptr : fields->if_array();
}

std::optional<Manager> read(const json::Value& value) {
  const auto* entry = value.if_object();
  if (entry == nullptr) return std::nullopt;
  Manager out{
      {std::string(json::find_string(*entry, "manager")), std::string(json::find_string(*entry, "operation")),
       std::string(json::find_string(*entry, "apiVersion")), std::string(json::find_string(*entry, "subresource"))},
      std::string(json::find_string(*entry, "time")),
      {}};
  const bool known = out.id.operation == "Apply" || out.id.operation == "Update";
  if (!known || out.id.api_version.empty() || json::find_string(*entry, "fieldsType") != "FieldsV1")
    return std::nullopt;
  const auto* document = entry->if_contains("fieldsV1");
  auto fields =
      kube::FieldSet::from_json(document == nullptr || document->is_null() ? json::Value(json::Object{}) : *document);
  if (!fields) return std::nullopt;
  out.fields = *std::move(fields);
  return out;
}

json::Object write(const Manager& row) {
  json::Object out;
  if (!row.id.manager.empty()) out["manager"] = row.id.manager;
  out["operation"] = row.id.operation;
  out["apiVersion"] = row.id.api_version;
  if (!row.time.empty()) out["time"] = row.time;
  out["fieldsType"] = "FieldsV1";
  out["fieldsV1"] = row.fields.to_json();
  if (!row.id.subresource.empty()) out["subresource"] = row.id.subresource;
  return out;
}

}  // namespace

Managers Managers::of(const json::Object& object) {
  Managers out;
  const json::Array* entries = entries_of(object);
  if (entries == nullptr) return out;
  for (const json::Value& entry : *entries) {
    auto row = read(entry);
    if (!row) return {};
    out.rows_.push_back(*std::move(row));
  }
  return out;
}

bool Managers::asks_for_reset(const json::Object& object) {
  const json::Array* entries = entries_of(object);
  if (entries == nullptr || entries->empty()) return entries != nullptr;
  return entries->size() == 1 && entries->front().is_object() && entries->front().get_object().empty();
}

Manager* Managers::find(const ManagerId& id) {
  const auto it = std::ranges::find(rows_, id, &Manager::id);
  return it == rows_.end() ? nullptr : &*it;
}

Manager& Managers::make(const ManagerId& id) {
  Manager* row = find(id);
  return row != nullptr ? *row : rows_.emplace_back(Manager{id, {}, {}});
}

void Managers::drop_empty() {
  std::erase_if(rows_, [](const Manager& row) { return row.fields.empty(); });
}

void Managers::cap_updaters() {
  const auto updates = [](const Manager& row) { return !row.id.applies() && row.id.subresource.empty(); };
  const auto oldest = [&] {
    auto found = rows_.end();
    for (auto it = rows_.begin(); it != rows_.end(); ++it) {
      if (!updates(*it) || it->id.manager == "ancient-changes") continue;
      if (found == rows_.end() || std::tie(it->time, it->id.manager) < std::tie(found->time, found->id.manager))
        found = it;
    }
    return found;
  };
  while (static_cast<std::size_t>(std::ranges::count_if(rows_, updates)) > kMaxUpdaters) {
    const auto it = oldest();
    if (it == rows_.end()) return;
    const Manager row = *it;
    rows_.erase(it);
    Manager& bucket = make({"ancient-changes", "Update", row.id.api_version, ""});
    bucket.fields = bucket.fields.united(row.fields);
    bucket.time = std::max(bucket.time, row.time);
  }
}

json::Array Managers::to_json() const {
  std::vector<const Manager*> order;
  for (const Manager& row : rows_) order.push_back(&row);
  std::ranges::sort(order, {}, [](const Manager* row) {
    return std::tie(row->id.operation, row->time, row->id.manager, row->id.api_version, row->id.subresource);
  });
  json::Array out;
  for (const Manager* row : order) out.push_back(write(*row));
  return out;
}

void remove_managed_fields(json::Object& object) {
  auto* metadata = object.if_contains("metadata");
  if (metadata != nullptr && metadata->is_object()) metadata->get_object().erase("managedFields");
}

void set_managed_fields(json::Object& object, json::Array entries) {
  remove_managed_fields(object);
  if (entries.empty()) return;
  auto& metadata = object["metadata"];
  if (!metadata.is_object()) metadata = json::Object{};
  metadata.get_object()["managedFields"] = std::move(entries);
}

}  // namespace rotor::apiserver::patch
