#include "template/go/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/secret_bytes.hpp"

namespace rotor::tmpl {

struct Text {
  explicit Text(std::string v) : bytes(std::move(v)) {}
  ~Text() { wipe(bytes.data(), bytes.size()); }
  Text(const Text&) = delete;
  std::string bytes;
};

namespace {

struct TypeRow {
  std::string_view name, kind;
};

constexpr std::array<TypeRow, 22> kTypes = {{
    {"<nil>", "invalid"},
    {"bool", "bool"},
    {"int", "int"},
    {"int64", "int64"},
    {"uint8", "uint8"},
    {"uint64", "uint64"},
    {"float64", "float64"},
    {"complex128", "complex128"},
    {"string", "string"},
    {"[]interface {}", "slice"},
    {"[]string", "slice"},
    {"[]int", "slice"},
    {"[][]interface {}", "slice"},
    {"map[string]string", "map"},
    {"map[string]interface {}", "map"},
    {"time.Time", "struct"},
    {"time.Duration", "int64"},
    {"time.Month", "int"},
    {"time.Weekday", "int"},
    {"*semver.Version", "ptr"},
    {"semver.Version", "struct"},
    {"sprig.certificate", "struct"},
}};

// Containers die by a loop, not by recursion: a template can nest a list in a list a million times.
class Graveyard {
 public:
  void bury(Value v) {
    dead_.push_back(std::move(v));
    if (digging_) return;
    digging_ = true;
    while (!dead_.empty()) {
      Value next = std::move(dead_.back());
      dead_.pop_back();
    }
    digging_ = false;
  }

 private:
  std::vector<Value> dead_;
  bool digging_ = false;
};

void bury(Value v) {
  thread_local Graveyard graveyard;
  graveyard.bury(std::move(v));
}

}  // namespace

struct Items {
  explicit Items(std::vector<Value> v) : values(std::move(v)) {}
  ~Items() {
    for (Value& v : values) {
      if (v.is_list() || v.is_map()) bury(std::move(v));
    }
  }
  Items(const Items&) = delete;
  std::vector<Value> values;
};

struct Members {
  explicit Members(Map v) : values(std::move(v)) {}
  ~Members() {
    for (auto& [_, v] : values) {
      if (v.is_list() || v.is_map()) bury(std::move(v));
    }
  }
  Members(const Members&) = delete;
  Map values;
};

Certificate::~Certificate() { wipe(key.data(), key.size()); }

std::string_view type_name(Type type) { return kTypes[static_cast<std::size_t>(type)].name; }
std::string_view kind_name(Type type) { return kTypes[static_cast<std::size_t>(type)].kind; }

Value Value::nil_entry() { return {Type::kNil, 1}; }
Value Value::boolean(bool v) { return {Type::kBool, v ? 1U : 0U}; }
Value Value::integer(std::int64_t v, Type type) { return {type, static_cast<std::uint64_t>(v)}; }
Value Value::unsigned_integer(std::uint64_t v) { return {Type::kUint64, v}; }
Value Value::real(double v) { return {Type::kFloat64, std::bit_cast<std::uint64_t>(v)}; }
Value Value::complex(std::complex<double> v) { return {Type::kComplex128, std::make_shared<std::complex<double>>(v)}; }
Value Value::text(std::string v) { return {Type::kString, std::make_shared<Text>(std::move(v))}; }

Value Value::list(std::vector<Value> items, Type type) {
  const std::size_t size = items.size();
  auto storage = std::make_shared<Items>(std::move(items));
  return {type, std::make_shared<Window>(Window{std::move(storage), 0, size})};
}

Value Value::nil_list(Type type) { return {type, std::shared_ptr<void>()}; }

Value Value::strings(std::vector<std::string> items) {
  std::vector<Value> values;
  values.reserve(items.size());
  for (std::string& s : items) values.push_back(text(std::move(s)));
  return list(std::move(values), Type::kStringList);
}

Value Value::map(Map members, Type type) { return {type, std::make_shared<Members>(std::move(members))}; }
Value Value::nil_map() { return {Type::kAnyMap, std::shared_ptr<void>()}; }
Value Value::time(Time v) { return {Type::kTime, std::make_shared<Time>(std::move(v))}; }
Value Value::version(Version v, Type type) { return {type, std::make_shared<Version>(std::move(v))}; }
Value Value::certificate(Certificate v) { return {Type::kCertificate, std::make_shared<Certificate>(std::move(v))}; }

bool Value::is_signed() const {
  return type_ == Type::kInt || type_ == Type::kInt64 || type_ == Type::kDuration || type_ == Type::kMonth ||
         type_ == Type::kWeekday;
}

const std::string& Value::text() const { return object<Text>().bytes; }

std::size_t Value::size() const {
  if (object_ == nullptr) return 0;
  if (is_map()) return members().size();
  const auto& w = object<Window>();
  return w.end - w.begin;
}

const Value& Value::at(std::size_t i) const {
  const auto& w = object<Window>();
  return w.items->values[w.begin + i];
}

std::vector<Value> Value::items() const {
  if (is_nil_container()) return {};
  const auto& w = object<Window>();
  const auto begin = w.items->values.begin();
  return {begin + static_cast<std::ptrdiff_t>(w.begin), begin + static_cast<std::ptrdiff_t>(w.end)};
}

bool Value::is_nil_container() const { return (is_list() || is_map()) && object_ == nullptr; }

Value Value::window(std::size_t begin, std::size_t end) const {
  const auto& w = object<Window>();
  return {type_, std::make_shared<Window>(Window{w.items, w.begin + begin, w.begin + end})};
}

void Value::sort_items(const std::function<bool(const Value&, const Value&)>& less) const {
  if (is_nil_container()) return;
  const auto& w = object<Window>();
  const auto begin = w.items->values.begin();
  std::sort(begin + static_cast<std::ptrdiff_t>(w.begin), begin + static_cast<std::ptrdiff_t>(w.end), less);
}

const Map& Value::members() const { return object<Members>().values; }
Map& Value::mutable_members() const { return object<Members>().values; }
const void* Value::identity() const { return object_.get(); }

bool truth(const Value& v) {
  switch (v.type()) {
    case Type::kNil:
      return false;
    case Type::kBool:
      return v.boolean();
    case Type::kFloat64:
      return v.real() != 0;
    case Type::kComplex128:
      return v.complex() != std::complex<double>(0);
    case Type::kString:
      return !v.text().empty();
    case Type::kUint64:
    case Type::kUint8:
      return v.unsigned_integer() != 0;
    case Type::kTime:
    case Type::kVersion:
    case Type::kVersionValue:
    case Type::kCertificate:
      return true;
    default:
      return v.is_signed() ? v.integer() != 0 : v.size() > 0;
  }
}

namespace {

bool equal_lists(const Value& a, const Value& b, std::int64_t& steps, int depth) {
  if (a.is_nil_container() != b.is_nil_container() || a.size() != b.size()) return false;
  if (a.identity() == b.identity()) return true;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!deep_equal(a.at(i), b.at(i), steps, depth + 1)) return false;
  }
  return true;
}

bool equal_maps(const Value& a, const Value& b, std::int64_t& steps, int depth) {
  if (a.is_nil_container() || b.is_nil_container()) return a.is_nil_container() == b.is_nil_container();
  if (a.identity() == b.identity()) return true;
  return std::ranges::equal(a.members(), b.members(), [&steps, depth](const auto& x, const auto& y) {
    return x.first == y.first && deep_equal(x.second, y.second, steps, depth + 1);
  });
}

}  // namespace

bool deep_equal(const Value& a, const Value& b, std::int64_t& steps, int depth) {
  if (depth > kMaxValueDepth) steps = INT64_MIN;
  if (steps < 0 || --steps < 0 || a.type() != b.type()) return false;
  switch (a.type()) {
    case Type::kNil:
      return true;
    case Type::kBool:
      return a.boolean() == b.boolean();
    case Type::kFloat64:
      return a.real() == b.real();
    case Type::kComplex128:
      return a.complex() == b.complex();
    case Type::kString:
      if (a.text().size() != b.text().size()) return false;
      steps -= static_cast<std::int64_t>(a.text().size() / 64);
      return a.text() == b.text();
    case Type::kUint64:
    case Type::kUint8:
      return a.unsigned_integer() == b.unsigned_integer();
    case Type::kTime: {
      const Time &x = a.time(), &y = b.time();
      return x.seconds == y.seconds && x.nanos == y.nanos && x.zone == y.zone && x.offset == y.offset;
    }
    case Type::kVersion:
    case Type::kVersionValue:
      return &a.version() == &b.version() || a.version().original == b.version().original;
    case Type::kCertificate:
      return a.certificate().cert == b.certificate().cert && a.certificate().key == b.certificate().key;
    default:
      break;
  }
  if (a.is_signed()) return a.integer() == b.integer();
  return a.is_list() ? equal_lists(a, b, steps, depth) : equal_maps(a, b, steps, depth);
}

}  // namespace rotor::tmpl
