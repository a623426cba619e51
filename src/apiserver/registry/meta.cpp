#include "apiserver/registry/meta.hpp"

#include <algorithm>
#include <charconv>

#include "base/secret_bytes.hpp"

namespace rotor::apiserver {

void wipe_strings(json::Value& value) noexcept {
  if (auto* s = value.if_string()) {
    wipe(s->data(), s->size());
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) wipe_strings(member.value());
  } else if (auto* array = value.if_array()) {
    for (json::Value& item : *array) wipe_strings(item);
  }
}

static std::size_t weight_of(const json::Value& value) {
  std::size_t out = sizeof(json::Value);
  if (const auto* string = value.if_string()) {
    out += string->capacity();
  } else if (const auto* object = value.if_object()) {
    out += weight_of(*object);
  } else if (const auto* array = value.if_array()) {
    for (const json::Value& item : *array) out += weight_of(item);
  }
  return out;
}

std::size_t weight_of(const json::Object& object) {
  std::size_t out = 0;
  for (const auto& member : object) out += sizeof member + member.key().size() + weight_of(member.value());
  return out;
}

ObjectPtr share(json::Object object) {
  if (text(object, "kind") != "Secret") return std::make_shared<const json::Object>(std::move(object));
  return {new json::Object(std::move(object)), [](json::Object* secret) {
            if (json::Value* data = secret->if_contains("data")) wipe_strings(*data);
            delete secret;
          }};
}

const json::Object& metadata_of(const json::Object& object) {
  static const json::Object kNone;
  const json::Object* meta = child(object, "metadata");
  return meta == nullptr ? kNone : *meta;
}

json::Object& metadata_of(json::Object& object) {
  json::Value& meta = object["metadata"];
  if (!meta.is_object()) meta.emplace_object();
  return meta.get_object();
}

std::string_view text(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

const json::Object* child(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::Array* list(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string_view name_of(const json::Object& object) { return text(metadata_of(object), "name"); }
std::string_view namespace_of(const json::Object& object) { return text(metadata_of(object), "namespace"); }
std::string_view uid_of(const json::Object& object) { return text(metadata_of(object), "uid"); }

std::uint64_t revision_of(const json::Object& object) {
  const std::string_view s = text(metadata_of(object), "resourceVersion");
  std::uint64_t out = 0;
  std::from_chars(s.data(), s.data() + s.size(), out);
  return out;
}

bool is_deleting(const json::Object& object) { return !text(metadata_of(object), "deletionTimestamp").empty(); }

bool has_finalizer(const json::Object& object, std::string_view finalizer) {
  const json::Array* all = list(metadata_of(object), "finalizers");
  return all != nullptr && std::ranges::any_of(*all, [&](const json::Value& one) {
           return one.is_string() && std::string_view(one.get_string()) == finalizer;
         });
}

bool has_finalizers(const json::Object& object) {
  const json::Array* all = list(metadata_of(object), "finalizers");
  return all != nullptr && !all->empty();
}

void add_finalizer(json::Object& object, std::string_view finalizer) {
  if (has_finalizer(object, finalizer)) return;
  json::Value& all = metadata_of(object)["finalizers"];
  if (!all.is_array()) all.emplace_array();
  all.get_array().push_back(json::Value(finalizer));
}

void remove_finalizer(json::Object& object, std::string_view finalizer) {
  json::Object& meta = metadata_of(object);
  json::Value* all = meta.if_contains("finalizers");
  if (all == nullptr || !all->is_array()) return;
  json::Array kept;
  for (const json::Value& one : all->get_array()) {
    if (!one.is_string() || std::string_view(one.get_string()) != finalizer) kept.push_back(one);
  }
  if (kept.empty()) {
    meta.erase("finalizers");
  } else {
    *all = std::move(kept);
  }
}

std::vector<Owner> owners_of(const json::Object& object) {
  std::vector<Owner> out;
  const json::Array* all = list(metadata_of(object), "ownerReferences");
  if (all == nullptr) return out;
  for (const json::Value& one : *all) {
    const json::Object* ref = one.if_object();
    if (ref == nullptr) continue;
    const json::Value* blocks = ref->if_contains("blockOwnerDeletion");
    out.push_back({text(*ref, "apiVersion"), text(*ref, "kind"), text(*ref, "name"), text(*ref, "uid"),
                   blocks != nullptr && blocks->is_bool() && blocks->get_bool()});
  }
  return out;
}

namespace {

bool same_managed_fields(const json::Value& a, const json::Value& b) {
  if (!a.is_array() || !b.is_array() || a.get_array().size() != b.get_array().size()) return a == b;
  for (std::size_t i = 0; i < a.get_array().size(); ++i) {
    const json::Object* left = a.get_array()[i].if_object();
    const json::Object* right = b.get_array()[i].if_object();
    if (left == nullptr || right == nullptr || left->size() != right->size()) return false;
    for (const auto& member : *left) {
      if (member.key() == "time") continue;
      const json::Value* other = right->if_contains(member.key());
      if (other == nullptr || *other != member.value()) return false;
    }
  }
  return true;
}

bool same_metadata(const json::Object& a, const json::Object& b) {
  const auto differs = [](const json::Object& x, const json::Object& y) {
    return std::ranges::any_of(x, [&](const auto& member) {
      if (member.key() == "resourceVersion") return false;
      const json::Value* other = y.if_contains(member.key());
      if (other == nullptr) return true;
      if (member.key() == "managedFields") return !same_managed_fields(member.value(), *other);
      return member.value() != *other;
    });
  };
  return !differs(a, b) && !differs(b, a);
}

}  // namespace

bool same_content(const json::Object& a, const json::Object& b) {
  if (a.size() != b.size()) return false;
  for (const auto& member : a) {
    const json::Value* other = b.if_contains(member.key());
    if (other == nullptr) return false;
    if (member.key() == "metadata") {
      if (!same_metadata(metadata_of(a), metadata_of(b))) return false;
    } else if (member.value() != *other) {
      return false;
    }
  }
  return true;
}

std::string api_version_of(std::string_view group, std::string_view version) {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::pair<std::string_view, std::string_view> split_api_version(std::string_view api_version) {
  const auto slash = api_version.find('/');
  if (slash == std::string_view::npos) return {{}, api_version};
  return {api_version.substr(0, slash), api_version.substr(slash + 1)};
}

void set_type(json::Object& object, std::string_view api_version, std::string_view kind) {
  if (!object.empty() && object.begin()->key() == "kind" && text(object, "kind") == kind &&
      text(object, "apiVersion") == api_version) {
    return;
  }
  json::Object out;
  out.reserve(object.size() + 2);
  out["kind"] = kind;
  out["apiVersion"] = api_version;
  for (auto& member : object) {
    if (member.key() == "kind" || member.key() == "apiVersion") continue;
    out.insert_or_assign(member.key(), std::move(member.value()));
  }
  object = std::move(out);
}

}  // namespace rotor::apiserver
