#include <algorithm>
#include <charconv>
#include <span>

#include <fmt/format.h>

#include "apiserver/patch/patch.hpp"

namespace rotor::apiserver::patch {

namespace {

constexpr std::size_t kMaxOperations = 10000;  // as the API server

using Tokens = std::vector<std::string>;

// RFC 6901. Null for text that is no pointer.
std::optional<Tokens> split_pointer(std::string_view pointer) {
  if (!pointer.empty() && pointer.front() != '/') return std::nullopt;
  Tokens out;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/')
      out.emplace_back();
    else if (pointer.substr(i, 2) == "~1")
      out.back() += '/', ++i;
    else if (pointer.substr(i, 2) == "~0")
      out.back() += '~', ++i;
    else
      out.back() += pointer[i];
  }
  return out;
}

// A position in a list of `size` items; negative ones count from the end, as the API server's library lets them.
std::optional<std::size_t> position(std::string_view token, std::size_t size, bool may_append) {
  if (token == "-") return may_append ? std::optional(size) : std::nullopt;
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), n);
  if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
  const auto limit = static_cast<std::int64_t>(size) + (may_append ? 1 : 0);
  if (n < 0) n += limit;
  return n >= 0 && n < limit ? std::optional(static_cast<std::size_t>(n)) : std::nullopt;
}

json::Value* step(json::Value& at, std::string_view token) {
  if (auto* object = at.if_object()) return object->if_contains(token);
  if (auto* array = at.if_array()) {
    const auto i = position(token, array->size(), false);
    return i ? &(*array)[*i] : nullptr;
  }
  return nullptr;
}

json::Value* walk(json::Value& root, std::span<const std::string> tokens) {
  json::Value* at = &root;
  for (const std::string& token : tokens) {
    if (at == nullptr) return nullptr;
    at = step(*at, token);
  }
  return at;
}

class Document {
 public:
  explicit Document(json::Value root) : root_(std::move(root)) {}
  json::Value take() { return std::move(root_); }

  json::Value* get(const Tokens& path) { return walk(root_, path); }

  bool add(const Tokens& path, json::Value value) {
    if (path.empty()) return false;
    json::Value* parent = walk(root_, std::span(path).first(path.size() - 1));
    if (parent == nullptr) return false;
    if (auto* object = parent->if_object()) {
      (*object)[path.back()] = std::move(value);
      return true;
    }
    auto* array = parent->if_array();
    if (array == nullptr) return false;
    const auto i = position(path.back(), array->size(), true);
    if (i) array->insert(array->begin() + static_cast<std::ptrdiff_t>(*i), std::move(value));
    return i.has_value();
  }

  bool remove(const Tokens& path) {
    if (path.empty()) return false;
    json::Value* parent = walk(root_, std::span(path).first(path.size() - 1));
    if (parent == nullptr) return false;
    if (auto* object = parent->if_object()) return object->erase(path.back()) > 0;
    auto* array = parent->if_array();
    if (array == nullptr) return false;
    const auto i = position(path.back(), array->size(), false);
    if (i) array->erase(array->begin() + static_cast<std::ptrdiff_t>(*i));
    return i.has_value();
  }

  // A member that is not there is set all the same, as the API server does.
  bool replace(const Tokens& path, json::Value value) {
    if (path.empty()) return replace_root(std::move(value));
    if (json::Value* at = get(path)) {
      *at = std::move(value);
      return true;
    }
    json::Value* parent = walk(root_, std::span(path).first(path.size() - 1));
    return parent != nullptr && parent->is_object() && add(path, std::move(value));
  }

 private:
  bool replace_root(json::Value value) {
    if (!value.is_object()) return false;
    root_ = std::move(value);
    return true;
  }

  json::Value root_;
};

struct Operation {
  std::string_view op;
  std::optional<Tokens> path, from;
  json::Value value;
};

std::string_view text(const json::Object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// `add` and `replace` without a value set an empty text, as a Go string that nobody set.
json::Value value_of(const json::Object& row, std::string_view op) {
  if (const auto* value = row.if_contains("value")) return *value;
  return op == "add" || op == "replace" ? json::Value("") : json::Value();
}

bool perform(Document& document, const Operation& operation) {
  if (!operation.path) return false;
  const Tokens& path = *operation.path;
  if (operation.op == "add") return document.add(path, operation.value);
  if (operation.op == "remove") return document.remove(path);
  if (operation.op == "replace") return document.replace(path, operation.value);
  if (operation.op == "test") {
    const json::Value* at = document.get(path);
    return at == nullptr ? operation.value.is_null() : *at == operation.value;
  }
  if (operation.op != "move" && operation.op != "copy") return false;
  const json::Value* source = operation.from ? document.get(*operation.from) : nullptr;
  if (source == nullptr) return false;
  json::Value value = *source;
  if (operation.op == "move" && !document.remove(*operation.from)) return false;
  return document.add(path, std::move(value));
}

// The API server does not say which operation failed; we keep its words for programs that look for them.
Failure rejected() { return {422, "Invalid", "the server rejected our request due to an error in our request"}; }

}  // namespace

Answer<json::Value> json_patch(json::Value target, const json::Value& document) {
  const auto* operations = document.if_array();
  if (operations == nullptr) {
    return refuse(bad_request(
        fmt::format("error decoding patch: json: cannot unmarshal {} into Go value of type []handlers.jsonPatchOp",
                    document.is_object()   ? "object"
                    : document.is_string() ? "string"
                                           : "number")));
  }
  if (operations->size() > kMaxOperations) {
    return refuse({413, "RequestEntityTooLarge",
                   fmt::format("The allowed maximum operations in a JSON patch is {}, got {}", kMaxOperations,
                               operations->size())});
  }
  Document out(std::move(target));
  for (const json::Value& entry : *operations) {
    const auto* row = entry.if_object();
    if (row == nullptr)
      return refuse(bad_request(
          "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"));
    Operation operation{text(*row, "op"), std::nullopt, std::nullopt, {}};
    if (row->contains("path")) operation.path = split_pointer(text(*row, "path"));
    if (row->contains("from")) operation.from = split_pointer(text(*row, "from"));
    operation.value = value_of(*row, operation.op);
    if (!perform(out, operation)) return refuse(rejected());
  }
  return out.take();
}

void json_merge_patch(json::Value& target, const json::Value& patch) {
  const auto* members = patch.if_object();
  if (members == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = json::Object{};
  json::Object& object = target.get_object();
  for (const auto& [key, value] : *members) {
    if (value.is_null())
      object.erase(key);
    else
      json_merge_patch(object[key], value);
  }
}

}  // namespace rotor::apiserver::patch
