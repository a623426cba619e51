// The tables of built-in kinds, as text. builtin_schemas.json comes from the API server's OpenAPI documents
// (tools/generate-schemas.py); builtin_defaults.json holds what the API server fills in by code, which those do not
// say.
#pragma once

#include <span>
#include <string_view>

namespace rotor::apiserver::schema {

std::span<const std::string_view> builtin_schema_lines();
std::span<const std::string_view> builtin_default_lines();
std::span<const std::string_view> builtin_wire_lines();  // builtin_wire.json: protobuf numbers of the members

struct Schema;
class KindSchema;
const Schema* object_meta();         // metadata of every kind, custom ones included
void add_whole(KindSchema& custom);  // sets what whole() returns

}  // namespace rotor::apiserver::schema
