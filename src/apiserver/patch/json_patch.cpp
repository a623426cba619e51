#include <algorithm>
#include <charconv>
#include <span>

#include <fmt/format.h>

#include "apiserver/patch/patch.hpp"

namespace rotor::apiserver::patch {

namespace {

constexpr std::size_t kMaxOperations = 10000;  // as the API server
constexpr std::size_t kMaxCopied = 3U << 20;   // bytes that all `copy` of one patch may add, as the API server
constexpr std::size_t kMaxDepth = 100;         // of what a patch leaves, as of a body
constexpr std::size_t kMaxSteps = 20'000'000;  // values looked at or shifted: some tenths of a second

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

Failure too_large(std::string message) { return {413, "RequestEntityTooLarge", std::move(message)}; }
// The API server does not say which operation failed; we keep its words for programs that look for them.
Failure rejected() { return {422, "Invalid", "the server rejected our request due to an error in our request"}; }

// How large a value is; `bytes` about as it would be written.
struct Extent {
  std::size_t depth = 0;
  std::size_t values = 0;
  std::size_t bytes = 0;
};

void measure(const json::Value& value, std::size_t depth, Extent& out) {
  out.depth = std::max(out.depth, depth);
  ++out.values;
  out.bytes += 2;
  if (const auto* string = value.if_string()) out.bytes += string->size();
  if (const auto* array = value.if_array()) {
    for (const json::Value& item : *array) measure(item, depth + 1, out);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [key, item] : *object) {
      out.bytes += key.size() + 3;
      measure(item, depth + 1, out);
    }
  }
}

// What one patch has used of what it may use.
class Allowance {
 public:
  Answer<void> work(std::size_t steps) {
    steps_ += steps;
    if (steps_ <= kMaxSteps) return {};
    return refuse(too_large("the operations of this JSON patch move more than one request may: split it"));
  }

  // `value` goes to a place `above` levels deep.
  Answer<void> place(const json::Value& value, std::size_t above, bool copied) {
    Extent extent;
    measure(value, 0, extent);
    if (above + extent.depth > kMaxDepth) {
      return refuse({422, "Invalid", fmt::format("the JSON patch nests deeper than {} levels", kMaxDepth)});
    }
    if (copied) copied_ += extent.bytes;
    if (copied_ > kMaxCopied) {
      return refuse(
          too_large(fmt::format("the copy operations of this JSON patch add more than {} bytes", kMaxCopied)));
    }
    return work(extent.values);
  }

 private:
  std::size_t steps_ = 0;
  std::size_t copied_ = 0;
};

class Document {
 public:
  explicit Document(json::Value root) : root_(std::move(root)) {}
  json::Value take() { return std::move(root_); }

  json::Value* get(const Tokens& path) { return walk(root_, path); }

  // How many items of a list an insertion or removal at `path` has to shift, at most.
  std::size_t shifted(const Tokens& path) {
    const json::Value* parent = path.empty() ? nullptr : walk(root_, std::span(path).first(path.size() - 1));
    const auto* array = parent == nullptr ? nullptr : parent->if_array();
    return array == nullptr ? 0 : array->size();
  }

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

// `add` and `replace` without a value set an empty text, as a Go string that nobody set.
json::Value value_of(const json::Object& row, std::string_view op) {
  if (const auto* value = row.if_contains("value")) return *value;
  return op == "add" || op == "replace" ? json::Value("") : json::Value();
}

// The value is measured where it is and only then copied: what is refused was never made.
Answer<void> relocate(Document& document, const Operation& operation, Allowance& allowance) {
  json::Value* source = operation.from ? document.get(*operation.from) : nullptr;
  if (source == nullptr) return refuse(rejected());
  const bool copies = operation.op == "copy";
  TRY_VOID(allowance.place(*source, operation.path->size(), copies));
  TRY_VOID(allowance.work(document.shifted(*operation.from)));
  json::Value value = copies ? *source : std::move(*source);
  if (!copies && !document.remove(*operation.from)) return refuse(rejected());
  if (!document.add(*operation.path, std::move(value))) return refuse(rejected());
  return {};
}

Answer<void> perform(Document& document, const Operation& operation, Allowance& allowance) {
  if (!operation.path) return refuse(rejected());
  const Tokens& path = *operation.path;
  TRY_VOID(allowance.work(path.size() + document.shifted(path)));
  if (operation.op == "move" || operation.op == "copy") return relocate(document, operation, allowance);
  if (operation.op == "add" || operation.op == "replace") {
    TRY_VOID(allowance.place(operation.value, path.size(), false));
  }
  bool done = false;
  if (operation.op == "add") done = document.add(path, operation.value);
  if (operation.op == "remove") done = document.remove(path);
  if (operation.op == "replace") done = document.replace(path, operation.value);
  if (operation.op == "test") {
    TRY_VOID(allowance.place(operation.value, 0, false));
    const json::Value* at = document.get(path);
    done = at == nullptr ? operation.value.is_null() : *at == operation.value;
  }
  if (!done) return refuse(rejected());
  return {};
}

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
    return refuse(too_large(fmt::format("The allowed maximum operations in a JSON patch is {}, got {}", kMaxOperations,
                                        operations->size())));
  }
  Document out(std::move(target));
  Allowance allowance;
  for (const json::Value& entry : *operations) {
    const auto* row = entry.if_object();
    if (row == nullptr)
      return refuse(bad_request(
          "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"));
    Operation operation{json::find_string(*row, "op"), std::nullopt, std::nullopt, {}};
    if (row->contains("path")) operation.path = split_pointer(json::find_string(*row, "path"));
    if (row->contains("from")) operation.from = split_pointer(json::find_string(*row, "from"));
    operation.value = value_of(*row, operation.op);
    TRY_VOID(perform(out, operation, allowance));
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
