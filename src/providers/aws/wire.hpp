// How AWS's JSON services write: what their requests and answers have in common.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/client.hpp"

namespace rotor::providers::aws {

// What a secret or parameter holds, as the answer said it: none, one or both.
struct Value {
  std::optional<SecretBytes> text{};
  std::optional<SecretBytes> binary{};
  std::string version{};  // what the service calls it

  bool empty() const { return !text && !binary; }
};

using TagMap = std::map<std::string, std::string, std::less<>>;

// `{…}` with what `write(writer)` puts into it.
template <class Write>
SecretBytes write_object(Write write) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  write(writer);
  writer.end_object();
  return body;
}

void write_member(json::Writer& writer, std::string_view name, std::string_view value);
void write_flag(json::Writer& writer, std::string_view name, bool value);
void write_number(json::Writer& writer, std::string_view name, int value);
// `"name":["value"]`
void write_list(json::Writer& writer, std::string_view name, std::string_view value);
// Nothing for the first page.
void write_next_token(json::Writer& writer, std::string_view token);

// Hands each member to `visit(name)`, which reads its value, or answers false to have it passed over. A null counts as
// not there.
template <class Visit>
void read_members(json::Reader& reader, Visit visit) {
  std::string name;
  reader.begin_object();
  while (reader.next_member(name)) {
    if (reader.peek() == json::Kind::kNull || !visit(std::string_view(name))) reader.read_raw();
  }
}

template <class Visit>
void read_elements(json::Reader& reader, Visit visit) {
  reader.begin_array();
  while (reader.next_element()) visit();
}

// [{"Key": …, "Value": …}, …]
TagMap read_tags(json::Reader& reader);
// As one JSON object, keys sorted.
SecretBytes tags_object(const TagMap& tags);

// The end of an answer. kUnavailable when it is no JSON or not as documented, or when what it `owes` is not in it.
Result<void> finish_answer(json::Reader& reader, std::string_view operation, bool paid, std::string_view owes);

}  // namespace rotor::providers::aws
