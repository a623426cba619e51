#include "providers/azure/list_page.hpp"

#include <algorithm>

#include "providers/azure/json_walk.hpp"

namespace rotor::providers::azure {
namespace {

struct Item {
  std::string id;
  bool has_attributes = false;
  bool enabled = true;
  kube::StringMap tags;
};

Item read_item(json::Reader& reader) {
  Item item;
  each_member(reader, [&](const std::string& key) {
    if (key == "id") {
      item.id = text_or_skip(reader);
    } else if (key == "attributes" && reader.peek() == json::Kind::kObject) {
      item.has_attributes = true;
      each_member(reader, [&](const std::string& name) {
        const std::string_view raw = reader.read_raw();
        if (name == "enabled") item.enabled = raw != "false";
      });
    } else if (key == "tags") {
      each_member(reader, [&](const std::string& name) { item.tags.insert_or_assign(name, text_or_skip(reader)); });
    } else {
      reader.read_raw();
    }
  });
  return item;
}

bool wants(const Wanted& wanted, const Item& item, std::string_view name) {
  if (!item.has_attributes || !item.enabled || name.empty()) return false;
  if (!wanted.names.wants(name)) return false;
  return !wanted.tags || std::ranges::all_of(*wanted.tags, [&](const auto& tag) {
    const auto it = item.tags.find(tag.first);
    return it != item.tags.end() && it->second == tag.second;
  });
}

// Whatever else it is: an answer that makes no sense must not look like a vault without secrets.
std::unexpected<Error> no_list() { return fail(Code::kUnavailable, "GetSecrets: the answer is not a list of secrets"); }

}  // namespace

Result<ListPage> read_list_page(const SecretBytes& body, const Wanted& wanted) {
  json::Reader reader(body.reveal());
  ListPage page;
  bool listed = false;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key == "value" && reader.peek() == json::Kind::kArray) {
      listed = true;
      reader.begin_array();
      while (reader.next_element()) {
        if (reader.peek() != json::Kind::kObject) return no_list();
        const Item item = read_item(reader);
        const std::string name = item.id.substr(item.id.rfind('/') + 1);
        if (wants(wanted, item, name)) page.names.push_back(name);
      }
    } else if (key == "nextLink") {
      if (reader.peek() != json::Kind::kString && reader.peek() != json::Kind::kNull) return no_list();
      page.next = text_or_skip(reader);
    } else {
      reader.read_raw();
    }
  }
  if (!reader.finish() || !listed) return no_list();
  return page;
}

}  // namespace rotor::providers::azure
