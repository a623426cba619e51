// Names of one namespace's objects by a property they have in common: mostly one name each, of ten thousand. So it is
// flat, and what a property is is known by its digest alone: two of them may be mixed up, once in centuries. Whoever
// cannot live with a name too many looks at the object.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rotor::secrets {

class NameIndex {
 public:
  void add(std::string_view ns, std::string_view property, std::string_view name) {
    names_.emplace(digest(ns, property), name);
  }
  void remove(std::string_view ns, std::string_view property, std::string_view name) {
    const auto [first, last] = names_.equal_range(digest(ns, property));
    for (auto it = first; it != last; ++it) {
      if (it->second == name) return void(names_.erase(it));
    }
  }
  std::vector<std::string> names(std::string_view ns, std::string_view property) const {
    std::vector<std::string> found;
    const auto [first, last] = names_.equal_range(digest(ns, property));
    for (auto it = first; it != last; ++it) found.push_back(it->second);
    return found;
  }
  std::size_t size() const { return names_.size(); }

 private:
  static std::uint64_t digest(std::string_view ns, std::string_view property) {
    const std::hash<std::string_view> hash;
    return (hash(ns) ^ (hash(property) + 0x9E3779B97F4A7C15U)) * 0x9E3779B97F4A7C15U;
  }
  std::unordered_multimap<std::uint64_t, std::string> names_;
};

}  // namespace rotor::secrets
