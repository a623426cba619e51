// metadata.managedFields as a table: who set which fields, by which sort of write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"
#include "kube/object/fields.hpp"

namespace rotor::apiserver::patch {

// Who a row belongs to. An applier is the same in every version; an updater has a row for each version it writes in.
struct ManagerId {
  std::string manager;
  std::string operation;  // "Apply", "Update"
  std::string api_version;
  std::string subresource;
  bool applies() const { return operation == "Apply"; }
  friend bool operator==(const ManagerId& a, const ManagerId& b) {
    return a.manager == b.manager && a.operation == b.operation && a.subresource == b.subresource &&
           (a.applies() || a.api_version == b.api_version);
  }
};

struct Manager {
  ManagerId id;
  std::string time;
  kube::FieldSet fields;
};

class Managers {
 public:
  // Rows that cannot be read make the whole list count as empty, as in the API server.
  static Managers of(const json::Object& object);
  // `[]` or `[{}]`: a client asks for the list to be thrown away.
  static bool asks_for_reset(const json::Object& object);

  bool empty() const { return rows_.empty(); }
  std::vector<Manager>& rows() { return rows_; }
  Manager* find(const ManagerId& id);
  Manager& make(const ManagerId& id);
  void drop_empty();

  // At most this many updaters are told apart; the oldest are joined as "ancient-changes".
  static constexpr std::size_t kMaxUpdaters = 10;
  void cap_updaters();

  // In the order the API server keeps: appliers first, then by time and name.
  json::Array to_json() const;

 private:
  std::vector<Manager> rows_;
};

void remove_managed_fields(json::Object& object);
void set_managed_fields(json::Object& object, json::Array entries);

}  // namespace rotor::apiserver::patch
