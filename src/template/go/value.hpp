// A value inside a template, with the distinctions Go's templates make: int is not int64, []string is not
// []interface {}, map[string]string is not map[string]interface {}. Lists and maps are references, as in Go: a copy
// of a Value shares them. Text is immutable and wiped when the last reference goes.
#pragma once

#include <bit>
#include <complex>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "template/language/budget.hpp"

namespace rotor::tmpl {

enum class Type : std::uint8_t {
  kNil,
  kBool,
  kInt,
  kInt64,
  kUint8,
  kUint64,
  kFloat64,
  kComplex128,
  kString,
  kAnyList,
  kStringList,
  kIntList,
  kListList,
  kStringMap,
  kAnyMap,
  kTime,
  kDuration,
  kMonth,
  kWeekday,
  kVersion,
  kVersionValue,
  kCertificate,
};

std::string_view type_name(Type type);  // "[]interface {}"
std::string_view kind_name(Type type);  // "slice"

struct Text;
struct Items;
struct Members;
struct Time;
struct Version;
struct Certificate;

class Value;
using Map = std::map<std::string, Value, std::less<>>;

class Value {
 public:
  Value() = default;         // untyped nil
  static Value nil_entry();  // the nil interface stored in a map or list: the same but in argument position
  static Value boolean(bool v);
  static Value integer(std::int64_t v, Type type = Type::kInt);  // kInt, kInt64, kUint8, kDuration, kMonth, kWeekday
  static Value unsigned_integer(std::uint64_t v);
  static Value real(double v);
  static Value complex(std::complex<double> v);
  static Value text(std::string v);
  static Value list(std::vector<Value> items, Type type = Type::kAnyList);
  static Value nil_list(Type type = Type::kAnyList);
  static Value strings(std::vector<std::string> items);
  static Value map(Map members, Type type = Type::kAnyMap);
  static Value nil_map();
  static Value time(Time v);
  static Value version(Version v, Type type = Type::kVersion);  // kVersion, kVersionValue
  static Value certificate(Certificate v);

  Type type() const { return type_; }
  bool is(Type type) const { return type_ == type; }
  bool is_nil() const { return type_ == Type::kNil; }
  bool is_nil_entry() const { return type_ == Type::kNil && bits_ != 0; }
  bool is_text() const { return type_ == Type::kString; }
  bool is_list() const { return type_ >= Type::kAnyList && type_ <= Type::kListList; }
  bool is_map() const { return type_ == Type::kStringMap || type_ == Type::kAnyMap; }
  bool is_signed() const;  // any kind of int, Duration and Month included
  bool is_unsigned() const { return type_ == Type::kUint8 || type_ == Type::kUint64; }

  // Each needs the type it names.
  bool boolean() const { return bits_ != 0; }
  std::int64_t integer() const { return static_cast<std::int64_t>(bits_); }
  std::uint64_t unsigned_integer() const { return bits_; }
  double real() const { return std::bit_cast<double>(bits_); }
  std::complex<double> complex() const { return object<std::complex<double>>(); }
  const std::string& text() const;
  const Time& time() const { return object<Time>(); }
  const Version& version() const { return object<Version>(); }
  const Certificate& certificate() const { return object<Certificate>(); }

  // Lists: a window onto shared storage, so that a slice of a list sees what is done to the list.
  std::size_t size() const;  // of a list or map
  const Value& at(std::size_t i) const;
  std::vector<Value> items() const;
  bool is_nil_container() const;  // a nil list or map of a known type
  Value window(std::size_t begin, std::size_t end) const;
  void sort_items(const std::function<bool(const Value&, const Value&)>& less) const;  // in place

  // Maps, ordered by key bytes. `members` needs a map that is not nil.
  const Map& members() const;
  Map& mutable_members() const;
  const void* identity() const;  // of the storage of a map or list

 private:
  struct Window {
    std::shared_ptr<Items> items;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  Value(Type type, std::uint64_t bits) : type_(type), bits_(bits) {}
  Value(Type type, std::shared_ptr<void> object) : type_(type), object_(std::move(object)) {}

  // What object_ points to follows from the type.
  template <class T>
  T& object() const {
    return *static_cast<T*>(object_.get());
  }

  Type type_ = Type::kNil;
  std::uint64_t bits_ = 0;  // of a bool, number or count
  std::shared_ptr<void> object_;
};

// An instant with the zone it is shown in. Zones with rules are resolved to an offset when a time is made.
struct Time {
  std::int64_t seconds = -62135596800;  // since 1970; the default is Go's zero time, year 1
  std::int32_t nanos = 0;
  std::int32_t offset = 0;  // seconds east
  std::string zone = "UTC";
  bool monotonic = false;  // from `now`: prints a monotonic reading
};

struct Version {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string prerelease, metadata, original;
};

struct Certificate {
  std::string cert, key;  // PEM
  ~Certificate();
  Certificate(std::string c, std::string k) : cert(std::move(c)), key(std::move(k)) {}
  Certificate(const Certificate&) = default;
};

// Go's truth: zero, "", nil, empty lists and maps are false; structs are true.
bool truth(const Value& v);
// The same question as sprig's `empty` asks it.
inline bool is_empty(const Value& v) { return !truth(v); }

// reflect.DeepEqual: types must be identical. Takes its work from `steps`; when they are used up (negative), or beyond
// kMaxValueDepth (INT64_MIN), values count as different.
bool deep_equal(const Value& a, const Value& b, std::int64_t& steps, int depth = 0);

}  // namespace rotor::tmpl
