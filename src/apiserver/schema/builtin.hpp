// The tables of built-in kinds, as text. builtin_schemas.json comes from the API server's OpenAPI documents
// (tools/generate-schemas.py); what those do not say, because the API server has it in code, is in
// builtin_defaults.json (what it fills in) and builtin_rules.json (what it refuses).
#pragma once

#include <span>
#include <string_view>

namespace rotor::apiserver::schema {

std::span<const std::string_view> builtin_schema_lines();
std::span<const std::string_view> builtin_default_lines();
std::span<const std::string_view> builtin_rule_lines();
std::span<const std::string_view> builtin_wire_lines();  // builtin_wire.json: protobuf numbers of the members

struct Schema;
class KindSchema;
const Schema* object_meta();         // metadata of every kind, custom ones included
void add_whole(KindSchema& custom);  // sets what whole() returns

}  // namespace rotor::apiserver::schema
