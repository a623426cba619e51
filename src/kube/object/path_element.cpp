#include <algorithm>
#include <charconv>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "kube/object/fields.hpp"

namespace rotor::kube {
namespace {

// Numbers, strings, booleans, lists, objects, null: the order of today's API server.
int rank(const json::Value& v) {
  switch (v.kind()) {
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return 0;
    case boost::json::kind::string:
      return 1;
    case boost::json::kind::bool_:
      return 2;
    case boost::json::kind::array:
      return 3;
    case boost::json::kind::object:
      return 4;
    case boost::json::kind::null:
      return 5;
  }
  return 5;
}

std::strong_ordering compare_text(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

std::strong_ordering compare_numbers(const json::Value& a, const json::Value& b) {
  if (a.is_int64() && b.is_int64()) return a.get_int64() <=> b.get_int64();
  const auto x = a.to_number<double>();
  const auto y = b.to_number<double>();
  return x < y ? std::strong_ordering::less : x > y ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::strong_ordering compare(const json::Value& a, const json::Value& b) {
  if (const auto order = rank(a) <=> rank(b); order != 0) return order;
  switch (rank(a)) {
    case 0:
      return compare_numbers(a, b);
    case 1:
      return compare_text(a.get_string(), b.get_string());
    case 2:
      return a.get_bool() <=> b.get_bool();
    case 3: {
      const auto& x = a.get_array();
      const auto& y = b.get_array();
      for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
        if (const auto order = compare(x[i], y[i]); order != 0) return order;
      }
      return x.size() <=> y.size();
    }
    case 4: {  // members are in order by name: see PathElement::key
      const auto& x = a.get_object();
      const auto& y = b.get_object();
      auto i = x.begin();
      auto j = y.begin();
      for (; i != x.end() && j != y.end(); ++i, ++j) {
        if (const auto order = compare_text(i->key(), j->key()); order != 0) return order;
        if (const auto order = compare(i->value(), j->value()); order != 0) return order;
      }
      return x.size() <=> y.size();
    }
    default:
      return std::strong_ordering::equal;
  }
}

json::Object sorted(json::Object fields) {
  std::vector<std::pair<std::string, json::Value>> members;
  for (auto& [name, value] : fields) members.emplace_back(name, std::move(value));
  std::ranges::sort(members, {}, &std::pair<std::string, json::Value>::first);
  json::Object out;
  for (auto& [name, value] : members) out[name] = std::move(value);
  return out;
}

}  // namespace

PathElement PathElement::field(std::string_view name) {
  PathElement e;
  e.name_ = name;
  return e;
}

PathElement PathElement::key(json::Object fields) {
  PathElement e;
  e.kind_ = Kind::kKey;
  const bool in_order =
      std::ranges::is_sorted(fields, {}, [](const auto& member) { return std::string_view(member.key()); });
  e.value_ = in_order ? std::move(fields) : sorted(std::move(fields));
  return e;
}

PathElement PathElement::value(json::Value value) {
  PathElement e;
  e.kind_ = Kind::kValue;
  e.value_ = std::move(value);
  return e;
}

PathElement PathElement::index(std::int64_t position) {
  PathElement e;
  e.kind_ = Kind::kIndex;
  e.value_ = position;
  return e;
}

Result<PathElement> PathElement::parse(std::string_view text) {
  if (text.size() < 2 || text[1] != ':') return fail(Code::kInvalid, fmt::format("{:?} is not a path element", text));
  const std::string_view rest = text.substr(2);
  switch (text[0]) {
    case 'f':
      return field(rest);
    case 'k': {
      auto parsed = json::parse(rest);
      if (!parsed || !parsed->is_object()) return fail(Code::kInvalid, fmt::format("{:?}: not a list key", text));
      return key(std::move(parsed->get_object()));
    }
    case 'v': {
      auto parsed = json::parse(rest);
      if (!parsed) return fail(Code::kInvalid, fmt::format("{:?}: not a JSON value", text));
      return value(*std::move(parsed));
    }
    case 'i': {
      std::int64_t position = 0;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), position);
      if (error != std::errc() || end != rest.data() + rest.size()) {
        return fail(Code::kInvalid, fmt::format("{:?}: not a position", text));
      }
      return index(position);
    }
    default:
      return fail(Code::kNotFound, fmt::format("{:?} is a path element of an unknown sort", text));
  }
}

std::string PathElement::text() const {
  switch (kind_) {
    case Kind::kField:
      return "f:" + name_;
    case Kind::kKey:
      return "k:" + boost::json::serialize(value_);
    case Kind::kValue:
      return "v:" + boost::json::serialize(value_);
    case Kind::kIndex:
      return fmt::format("i:{}", value_.as_int64());
  }
  return {};
}

std::string PathElement::display() const {
  switch (kind_) {
    case Kind::kField:
      return "." + name_;
    case Kind::kKey: {
      std::string out = "[";
      for (const auto& [name, value] : value_.as_object()) {
        if (out.size() > 1) out += ',';
        out += std::string_view(name);
        out += '=';
        out += boost::json::serialize(value);
      }
      return out + "]";
    }
    case Kind::kValue:
      return "[=" + boost::json::serialize(value_) + "]";
    case Kind::kIndex:
      return fmt::format("[{}]", value_.as_int64());
  }
  return {};
}

std::strong_ordering PathElement::operator<=>(const PathElement& other) const {
  if (const auto order = kind_ <=> other.kind_; order != 0) return order;
  return kind_ == Kind::kField ? compare_text(name_, other.name_) : compare(value_, other.value_);
}

std::string display(const Path& path) {
  std::string out;
  for (const PathElement& element : path) out += element.display();
  return out;
}

}  // namespace rotor::kube
