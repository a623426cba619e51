// Sets of fields of an object, as managedFields carry them (FieldsV1): who owns what after each write.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::kube {

// One step of a path: a member of an object (`f:name`), an item of a list by its key fields (`k:{"name":"a"}`),
// of a set by its value (`v:"a"`), or of a list by position (`i:0`).
class PathElement {
 public:
  enum class Kind : std::uint8_t { kField, kKey, kValue, kIndex };

  static PathElement field(std::string_view name);
  static PathElement key(json::Object fields);  // brought into order by name
  static PathElement value(json::Value value);
  static PathElement index(std::int64_t position);

  // The form inside FieldsV1; kInvalid for anything else.
  static Result<PathElement> parse(std::string_view text);
  std::string text() const;
  // The form in messages: `.name`, `[name="a"]`, `[="a"]`, `[0]`.
  std::string display() const;

  Kind kind() const { return kind_; }
  const std::string& name() const { return name_; }         // kField
  const json::Value& json_value() const { return value_; }  // kKey: an object; kValue; kIndex: an integer

  // Fields, then keys, values and positions; numbers by size. The order FieldsV1 documents are written in.
  std::strong_ordering operator<=>(const PathElement& other) const;
  bool operator==(const PathElement& other) const { return (*this <=> other) == 0; }

 private:
  Kind kind_ = Kind::kField;
  std::string name_;
  json::Value value_;
};

using Path = std::vector<PathElement>;
std::string display(const Path& path);

// A tree of path elements; each node may itself be a member of the set.
class FieldSet {
 public:
  struct Child;

  FieldSet();
  FieldSet(const FieldSet&);
  FieldSet(FieldSet&&) noexcept;
  FieldSet& operator=(const FieldSet&);
  FieldSet& operator=(FieldSet&&) noexcept;
  ~FieldSet();

  // Elements of an unknown sort are left out, as the API server does. kInvalid when it is no FieldsV1 document.
  static Result<FieldSet> parse(std::string_view json_text);
  static Result<FieldSet> from_json(const json::Value& document);
  json::Value to_json() const;
  std::string text() const;

  bool empty() const { return children_.empty(); }
  std::size_t size() const;  // members
  void insert(const Path& path);
  void remove(const Path& path);
  bool contains(const Path& path) const;
  // The set below one element; null when nothing is there.
  const FieldSet* below(const PathElement& element) const;
  // The same, made when it is not there: for building a set while walking an object.
  FieldSet& make_below(PathElement element);
  void insert(PathElement element);  // a member right below the root

  FieldSet united(const FieldSet& other) const;
  FieldSet intersection(const FieldSet& other) const;
  // Members of this set that are not members of `other`.
  FieldSet difference(const FieldSet& other) const;
  // The same, and without anything below a member of `other`.
  FieldSet recursive_difference(const FieldSet& other) const;
  // Only the members that have no member below them.
  FieldSet leaves() const;

  std::vector<Path> paths() const;  // every member, in order
  std::vector<Path> leaf_paths() const { return leaves().paths(); }

  // Walking: children in order; each says whether it is a member itself.
  const std::vector<Child>& children() const { return children_; }

  friend bool operator==(const FieldSet& a, const FieldSet& b);

 private:
  Child* find(const PathElement& element);
  const Child* find(const PathElement& element) const;
  Child& make(PathElement element);
  void prune();
  void collect(Path& prefix, std::vector<Path>& out) const;

  std::vector<Child> children_;  // sorted by element
};

struct FieldSet::Child {
  PathElement element;
  bool member = false;
  FieldSet below{};
};

bool operator==(const FieldSet& a, const FieldSet& b);

}  // namespace rotor::kube
