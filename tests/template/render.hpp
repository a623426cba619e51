// Renders a template over a few keys, at a fixed time, with random bytes that are not.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "template/language/template.hpp"

namespace rotor::tmpl {

inline Environment fixed_environment() {
  return {WallTime(std::chrono::seconds(1'600'000'000)),
          [state = std::uint32_t{1}](std::span<unsigned char> out) mutable {
            for (auto& byte : out) byte = static_cast<unsigned char>((state = state * 1664525 + 1013904223) >> 24);
          }};
}

inline Result<std::string> render(std::string_view text, const std::map<std::string, std::string>& data = {},
                                  const RenderOptions& options = {}) {
  TRY(const auto t, Template::parse("tpl", text));
  Map members;
  for (const auto& [key, value] : data) members.emplace(key, Value::text(value));
  return t.render(Value::map(std::move(members), Type::kStringMap), fixed_environment(), options);
}

// The text, or "error: " and the message.
inline std::string shown(std::string_view text, const std::map<std::string, std::string>& data = {},
                         const RenderOptions& options = {}) {
  const auto r = render(text, data, options);
  return r ? *r : "error: " + r.error().message;
}

}  // namespace rotor::tmpl
