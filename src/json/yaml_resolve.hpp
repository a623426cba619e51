// What a plain YAML scalar means: the YAML 1.1 rules of Go's yaml.v2, which Kubernetes tools use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace rotor::json::yaml {

struct IsString {};
using Resolved = std::variant<IsString, std::nullptr_t, bool, std::int64_t, std::uint64_t, double>;

Resolved resolve_plain(std::string_view text);

// Text of a resolved key (sigs.k8s.io/yaml: floats in the shortest float32 form); null has none.
bool key_text(const Resolved& resolved, std::string_view source, std::string& out);

}  // namespace rotor::json::yaml
