#include "providers/aws/parameter_store_wire.hpp"

namespace rotor::providers::aws {
namespace {

void write_filter(json::Writer& writer, std::string_view key, std::string_view option, std::string_view value) {
  writer.begin_object();
  write_member(writer, "Key", key);
  write_member(writer, "Option", option);
  write_list(writer, "Values", value);
  writer.end_object();
}

Parameter read_one(json::Reader& reader) {
  Parameter parameter;
  read_members(reader, [&](std::string_view name) {
    if (name == "Name") return parameter.name = reader.read_string(), true;
    if (name == "Selector") return parameter.selector = reader.read_string(), true;
    if (name == "ARN") return parameter.arn = reader.read_string(), true;
    if (name == "Value") return parameter.value = reader.read_secret(), true;
    if (name == "Version" && reader.peek() == json::Kind::kNumber) return parameter.version = reader.read_raw(), true;
    return false;
  });
  return parameter;
}

}  // namespace

std::string parameter_selector(std::string_view name, std::string_view version) {
  std::string full(name);
  if (!version.empty()) full.append(":").append(version);
  return full;
}

SecretBytes parameter_request(std::string_view name, std::string_view version) {
  return write_object([&](json::Writer& writer) {
    write_member(writer, "Name", parameter_selector(name, version));
    write_flag(writer, "WithDecryption", true);
  });
}

Result<Value> read_parameter_value(const SecretBytes& answer) {
  json::Reader reader(answer.reveal());
  Value value;
  bool there = false;
  read_members(reader, [&](std::string_view name) {
    if (name != "Parameter") return false;
    there = true;
    Parameter parameter = read_one(reader);
    value.text = std::move(parameter.value);
    value.version = std::move(parameter.version);
    return true;
  });
  TRY_VOID(finish_answer(reader, "GetParameter", there, "Parameter"));
  return value;
}

SecretBytes parameter_tags_request(std::string_view name) {
  return write_object([&](json::Writer& writer) {
    write_member(writer, "ResourceType", "Parameter");
    write_member(writer, "ResourceId", name);
  });
}

Lookup<TagMap> read_parameter_tags(const SecretBytes& answer) {
  json::Reader reader(answer.reveal());
  TagMap tags;
  bool listed = false;
  read_members(reader, [&](std::string_view name) {
    if (name != "TagList") return false;
    listed = true;
    tags = read_tags(reader);
    return true;
  });
  TRY_VOID(finish_answer(reader, "ListTagsForResource", listed, "TagList"));
  return tags;
}

SecretBytes parameters_request(std::span<const std::string> names) {
  return write_object([&](json::Writer& writer) {
    writer.key("Names");
    writer.begin_array();
    for (const std::string& name : names) writer.string(name);
    writer.end_array();
    write_flag(writer, "WithDecryption", true);
  });
}

SecretBytes parameters_by_path_request(std::string_view path, std::string_view next_token) {
  return write_object([&](json::Writer& writer) {
    write_member(writer, "Path", path);
    write_flag(writer, "Recursive", true);
    write_flag(writer, "WithDecryption", true);
    write_number(writer, "MaxResults", kParametersPerPage);
    write_next_token(writer, next_token);
  });
}

SecretBytes describe_parameters_request(const ParameterFilter& filter, std::string_view next_token) {
  return write_object([&](json::Writer& writer) {
    if (!filter.tags.empty() || !filter.path.empty()) {
      writer.key("ParameterFilters");
      writer.begin_array();
      for (const auto& [key, value] : filter.tags) write_filter(writer, "tag:" + key, "Equals", value);
      if (!filter.path.empty()) write_filter(writer, "Path", "Recursive", filter.path);
      writer.end_array();
    }
    write_number(writer, "MaxResults", kDescriptionsPerPage);
    write_next_token(writer, next_token);
  });
}

Result<ParameterPage> read_parameter_page(std::string_view operation, const SecretBytes& answer) {
  json::Reader reader(answer.reveal());
  ParameterPage page;
  bool answered = false;
  read_members(reader, [&](std::string_view name) {
    if (name == "NextToken") return page.next_token = reader.read_string(), true;
    if (name == "Parameters") {
      answered = true;
      read_elements(reader, [&] { page.parameters.push_back(read_one(reader)); });
      return true;
    }
    if (name != "InvalidParameters") return false;
    answered = true;
    read_elements(reader, [&] { page.invalid.push_back(reader.read_string()); });
    return true;
  });
  TRY_VOID(finish_answer(reader, operation, answered || !page.next_token.empty(), "Parameters"));
  return page;
}

}  // namespace rotor::providers::aws
