#include "kube/object/namespaces.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include <fmt/ranges.h>

#include "base/trim.hpp"

namespace rotor::kube {

Namespaces Namespaces::listed(std::string_view text) {
  Namespaces out;
  for (const auto part : std::views::split(text, ',')) {
    std::string name(trimmed(std::string_view(part)));
    if (name.empty() || std::ranges::find(out.names_, name) != out.names_.end()) continue;
    out.names_.push_back(std::move(name));
  }
  return out;
}

bool Namespaces::meet(const Namespaces& other) const {
  const auto also_there = [&other](const std::string& name) {
    return std::ranges::find(other.names_, name) != other.names_.end();
  };
  return all() || other.all() || std::ranges::any_of(names_, also_there);
}

std::string Namespaces::text() const { return all() ? "*" : fmt::format("{}", fmt::join(names_, ",")); }

}  // namespace rotor::kube
