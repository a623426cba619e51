#include "providers/kubernetes/not_text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.hpp"

namespace rotor::providers::kubernetes {
namespace {

constexpr std::size_t kNamed = 5;  // they are read by a person

}  // namespace

void NotText::look(std::string_view name, const SecretMap& data) {
  for (const auto& [key, value] : data) {
    if (!is_utf8(value.reveal())) where_.push_back(fmt::format("key \"{}\" of Secret \"{}\"", key, name));
  }
}

std::string NotText::said(std::string_view how) const {
  if (where_.empty()) return {};
  const auto named = static_cast<std::ptrdiff_t>(std::min(where_.size(), kNamed));
  const std::string more = where_.size() > kNamed ? fmt::format(" and {} more", where_.size() - kNamed) : "";
  return fmt::format(
      "{}{}: no UTF-8 text, and in the JSON of a whole Secret each byte that is none arrives as U+FFFD; {}",
      fmt::join(where_.begin(), where_.begin() + named, ", "), more, how);
}

}  // namespace rotor::providers::kubernetes
