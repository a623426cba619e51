// Methods and fields of the few struct types templates can hold: times, durations, versions, certificates.
#pragma once

#include <optional>
#include <string_view>

#include "template/functions/registry.hpp"

namespace rotor::tmpl {

// Null when the type has no such method. The receiver is the first argument of `call`; `signature` is without it.
const Function* find_method(Type type, std::string_view name);

// `Cert` and `Key` of a certificate.
std::optional<Value> struct_field(const Value& value, std::string_view name);

}  // namespace rotor::tmpl
