#include "providers/aws/wire.hpp"

#include <fmt/format.h>

namespace rotor::providers::aws {

void write_member(json::Writer& writer, std::string_view name, std::string_view value) {
  writer.key(name);
  writer.string(value);
}

void write_flag(json::Writer& writer, std::string_view name, bool value) {
  writer.key(name);
  writer.boolean(value);
}

void write_number(json::Writer& writer, std::string_view name, int value) {
  writer.key(name);
  writer.integer(value);
}

void write_list(json::Writer& writer, std::string_view name, std::string_view value) {
  writer.key(name);
  writer.begin_array();
  writer.string(value);
  writer.end_array();
}

void write_next_token(json::Writer& writer, std::string_view token) {
  if (!token.empty()) write_member(writer, "NextToken", token);
}

TagMap read_tags(json::Reader& reader) {
  TagMap tags;
  read_elements(reader, [&] {
    std::string key;
    std::string value;
    read_members(reader, [&](std::string_view name) {
      if (name == "Key") return key = reader.read_string(), true;
      if (name == "Value") return value = reader.read_string(), true;
      return false;
    });
    tags.insert_or_assign(std::move(key), std::move(value));
  });
  return tags;
}

SecretBytes tags_object(const TagMap& tags) {
  SecretBytes out;
  json::Writer writer(out, json::Escape::kHtml);
  writer.begin_object();
  for (const auto& [key, value] : tags) write_member(writer, key, value);
  writer.end_object();
  return out;
}

Result<void> finish_answer(json::Reader& reader, std::string_view operation, bool paid, std::string_view owes) {
  if (const Result<void> read = reader.finish(); !read) {
    return fail(Code::kUnavailable,
                fmt::format("{}: the answer is not what AWS documents: {}", operation, read.error().message));
  }
  if (paid) return {};
  return fail(Code::kUnavailable, fmt::format("{}: the answer has no {}", operation, owes));
}

}  // namespace rotor::providers::aws
