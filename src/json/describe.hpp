// The description mechanism: an API struct is described once, as data, and read, written, defaulted, checked and
// documented by ordinary loops over that data.
//
//   struct RemoteRef { std::string key; std::optional<std::string> property; };   // in the kind's header
//   ROTOR_DESCRIBED(RemoteRef);                                                     // beside it, at namespace
//   rotor::json
//
//   ROTOR_DESCRIBE(RemoteRef, "Points to a value in the store.",                     // in the kind's .cpp
//     field<&RemoteRef::key>("key", {.required = true, .doc = "Name of the secret."}),
//     field<&RemoteRef::property>("property", {.doc = "…"}))
//
// Field types: std::string, bool, std::int32_t, std::int64_t, double, SecretBytes (base64 on the wire), SecretText
// (plain text on the wire), Raw (any JSON, kept as written), another described struct, std::optional<T>,
// std::vector<T>, std::map<std::string, T, std::less<>>, Box<T> (a described struct that contains itself).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace rotor::json {

// One JSON value, kept as written: for fields of any type (quantities, IntOrString, free documents).
struct Raw {
  std::string text = "null";
  friend bool operator==(const Raw&, const Raw&) = default;
};

// A string on the wire that is a secret in memory.
struct SecretText {
  SecretBytes value;
  friend bool operator==(const SecretText&, const SecretText&) = default;
};

// A value on the heap that copies as a value: lets a described struct contain itself.
template <class T>
class Box {
 public:
  Box() : value_(std::make_unique<T>()) {}
  Box(const Box& o) : value_(std::make_unique<T>(*o.value_)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& o) { return *this = Box(o); }
  Box& operator=(Box&&) noexcept = default;
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  friend bool operator==(const Box& a, const Box& b) { return *a == *b; }

 private:
  std::unique_ptr<T> value_;
};

struct Type;
using TypeRef = const Type& (*)();

// What a field promises beyond its C++ type. Strings are JSON-schema text for the CRD.
struct FieldRules {
  bool required = false;
  bool keep_empty = false;             // written even when empty or zero (Go: no omitempty)
  std::string_view default_json = {};  // `"1h0m0s"`, `true`, `{}`: filled in by the API server
  std::string_view pattern = {};
  std::vector<std::string_view> one_of = {};  // string rules on a list or map hold for its values
  std::optional<std::int64_t> min_length = {};
  std::optional<std::int64_t> max_length = {};
  std::optional<std::int64_t> minimum = {};
  std::optional<std::int64_t> maximum = {};
  std::optional<std::int64_t> min_items = {};
  std::optional<std::int64_t> max_items = {};
  std::optional<std::int64_t> min_properties = {};
  std::optional<std::int64_t> max_properties = {};
  std::string_view format = {};  // "date-time", "int32", "byte"
  bool int_or_string = false;
  bool preserve_unknown = false;       // x-kubernetes-preserve-unknown-fields
  std::string_view list_map_key = {};  // x-kubernetes-list-type: map with this key, or these: "port,protocol"
  std::string_view schema_json = {};   // verbatim schema text instead of the generated one
  std::string_view doc = {};
};

struct Field {
  std::string_view name;
  TypeRef type;
  void* (*access)(void* object);
  FieldRules rules;
};

enum class Shape : std::uint8_t {
  kString,
  kBool,
  kInt32,
  kInt64,
  kDouble,
  kSecretBytes,
  kSecretText,
  kRaw,
  kStruct,
  kOptional,
  kList,
  kMap,
  kBox
};

// One per C++ type. Container operations are function pointers so that reader and writer are compiled once.
struct Type {
  Shape shape;
  std::string_view name = {};  // structs only
  std::string_view doc = {};
  std::span<const Field> fields = {};
  bool preserve_unknown = false;
  std::string_view rules_json = {};  // structs: extra schema members, e.g. `"x-kubernetes-validations": […]`
  TypeRef element = nullptr;

  void* (*emplace)(void*) = nullptr;                       // optional, box: make and return; list: append
  void* (*emplace_key)(void*, std::string key) = nullptr;  // map
  const void* (*get)(const void*) = nullptr;               // optional (null when absent), box
  std::size_t (*size)(const void*) = nullptr;              // list, map
  const void* (*at)(const void*, std::size_t) = nullptr;   // list
  void (*each)(const void*, void* ctx,
               void (*)(void* ctx, const std::string& key, const void* value)) = nullptr;  // map
  void (*clear)(void*) = nullptr;                                                          // optional, list, map
};

template <class T>
const Type& type_of();

template <class T>
struct TypeOf;  // containers, below

namespace detail {

template <class M>
struct MemberOf;
template <class S, class T>
struct MemberOf<T S::*> {
  using Struct = S;
  using Value = T;
};

}  // namespace detail

template <auto Member>
Field field(std::string_view name, FieldRules rules = {}) {
  using M = detail::MemberOf<decltype(Member)>;
  return {name, &type_of<typename M::Value>,
          [](void* object) -> void* { return &(static_cast<typename M::Struct*>(object)->*Member); }, rules};
}

// The fields of an embedded struct, written at the same level (Go: `json:",inline"`).
template <auto Member>
Field inlined() {
  return field<Member>("", {});
}

template <>
const Type& type_of<std::string>();
template <>
const Type& type_of<bool>();
template <>
const Type& type_of<std::int32_t>();
template <>
const Type& type_of<std::int64_t>();
template <>
const Type& type_of<double>();
template <>
const Type& type_of<SecretBytes>();
template <>
const Type& type_of<SecretText>();
template <>
const Type& type_of<Raw>();

template <class T>
struct TypeOf<std::optional<T>> {
  static const Type& get() {
    using O = std::optional<T>;
    static const Type type = {.shape = Shape::kOptional,
                              .element = &type_of<T>,
                              .emplace = [](void* o) -> void* { return &static_cast<O*>(o)->emplace(); },
                              .get = [](const void* o) -> const void* {
                                auto& v = *static_cast<const O*>(o);
                                return v ? &*v : nullptr;
                              },
                              .clear = [](void* o) { static_cast<O*>(o)->reset(); }};
    return type;
  }
};

template <class T>
struct TypeOf<std::vector<T>> {
  static const Type& get() {
    using V = std::vector<T>;
    static const Type type = {
        .shape = Shape::kList,
        .element = &type_of<T>,
        .emplace = [](void* o) -> void* { return &static_cast<V*>(o)->emplace_back(); },
        .size = [](const void* o) { return static_cast<const V*>(o)->size(); },
        .at = [](const void* o, std::size_t i) -> const void* { return &(*static_cast<const V*>(o))[i]; },
        .clear = [](void* o) { static_cast<V*>(o)->clear(); }};
    return type;
  }
};

template <class T, class L>
struct TypeOf<std::map<std::string, T, L>> {
  static const Type& get() {
    using M = std::map<std::string, T, L>;
    static const Type type = {
        .shape = Shape::kMap,
        .element = &type_of<T>,
        .emplace_key = [](void* o, std::string key) -> void* { return &((*static_cast<M*>(o))[std::move(key)] = T{}); },
        .size = [](const void* o) { return static_cast<const M*>(o)->size(); },
        .each =
            [](const void* o, void* ctx, void (*fn)(void*, const std::string&, const void*)) {
              for (const auto& [k, v] : *static_cast<const M*>(o)) fn(ctx, k, &v);
            },
        .clear = [](void* o) { static_cast<M*>(o)->clear(); }};
    return type;
  }
};

template <class T>
struct TypeOf<Box<T>> {
  static const Type& get() {
    using B = Box<T>;
    static const Type type = {.shape = Shape::kBox,
                              .element = &type_of<T>,
                              .emplace = [](void* o) -> void* {
                                *static_cast<B*>(o) = B();
                                return &**static_cast<B*>(o);
                              },
                              .get = [](const void* o) -> const void* { return &**static_cast<const B*>(o); }};
    return type;
  }
};

template <class T>
const Type& type_of() {
  return TypeOf<T>::get();
}

// Errors name the field by its path: `spec.data[0].remoteRef.key: expected a string, found a number`.
Result<void> read(std::string_view text, const Type& type, void* object);
void read(Reader& reader, const Type& type, void* object);  // sticky errors, see Reader
void write(Writer& writer, const Type& type, const void* object);

template <class T>
Result<T> read(std::string_view text) {
  T value{};
  TRY_VOID(read(text, type_of<T>(), &value));
  return value;
}

template <class T>
std::string write(const T& value, Escape escape = Escape::kPlain) {
  std::string out;
  Writer writer(out, escape);
  write(writer, type_of<T>(), &value);
  return out;
}

template <class T>
SecretBytes write_secret(const T& value) {
  SecretBytes out;
  Writer writer(out);
  write(writer, type_of<T>(), &value);
  return out;
}

// The structural schema (OpenAPI v3) of a type, as a CRD carries it; `doc` texts become descriptions.
std::string schema(const Type& type);

}  // namespace rotor::json

// At namespace scope of rotor::json's enclosing namespace: `namespace rotor::json { ROTOR_DESCRIBED(api::Foo); }`.
#define ROTOR_DESCRIBED(T) \
  template <>              \
  const Type& type_of<T>()

// In the .cpp, inside namespace rotor::json.
#define ROTOR_DESCRIBE(T, docs, ...)                                                             \
  template <>                                                                                    \
  const Type& type_of<T>() {                                                                     \
    static const Field rows[] = {__VA_ARGS__};                                                   \
    static const Type type = {.shape = Shape::kStruct, .name = #T, .doc = docs, .fields = rows}; \
    return type;                                                                                 \
  }                                                                                              \
  static_assert(true)

// The same with flags of the struct as a whole, given as designated initialisers of Type:
// ROTOR_DESCRIBE_WITH(T, "doc", (.preserve_unknown = true), fields…) — see Type.
#define ROTOR_UNWRAP_(...) __VA_ARGS__
#define ROTOR_DESCRIBE_WITH(T, docs, flags, ...)                                                                      \
  template <>                                                                                                         \
  const Type& type_of<T>() {                                                                                          \
    static const Field rows[] = {__VA_ARGS__};                                                                        \
    static const Type type = {.shape = Shape::kStruct, .name = #T, .doc = docs, .fields = rows, ROTOR_UNWRAP_ flags}; \
    return type;                                                                                                      \
  }                                                                                                                   \
  static_assert(true)
