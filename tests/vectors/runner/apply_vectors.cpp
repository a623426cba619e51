#include <boost/json/serialize.hpp>

#include "template/apply.hpp"
#include "template/go/json.hpp"
#include "template/go/yaml_value.hpp"
#include "tests/vectors/runner/runner.hpp"

namespace rotor::vectors {

namespace {

SecretMap data_of(const Entry& e) {
  SecretMap out;
  for (const auto& [key, value] : text_map(e, "data")) out.emplace(key, SecretBytes(value));
  return out;
}

std::string sorted(const json::Value& v) {
  const auto read = tmpl::read_json_keeping_integers(boost::json::serialize(v));
  return read ? tmpl::write_json(*read).value_or("?") : "?";
}

Result<std::vector<tmpl::TemplateItem>> items_of(const Entry& e) {
  tmpl::TemplateItem item;
  TRY(item.as, tmpl::parse_template_as(text(e, "templateAs")));
  item.target = text(e, "target");
  item.decoding = text(e, "valuesDecodingStrategy");
  item.literal = true;  // rendered once
  std::vector<tmpl::TemplateItem> items;
  auto templates = text_map(e, "templates");
  if (has(e, "template")) templates[text(e, "key")] = text(e, "template");
  for (const auto& [key, source] : templates) {
    item.key = key;
    item.text = SecretBytes(source);
    items.push_back(item);
  }
  return items;
}

std::string show_parts(const tmpl::SecretParts& parts, const Entry& e) {
  std::string out;
  std::map<std::string, std::string> data;
  for (const auto& [key, value] : parts.data) data[key] = value.reveal();
  if (has(e, "expected_data")) out += vectors::show(data);
  if (has(e, "expected_labels")) out += vectors::show(parts.labels);
  if (has(e, "expected_annotations")) out += vectors::show(parts.annotations);
  return out;
}

}  // namespace

Outcome run_apply(const Entry& e) {
  const std::string input = boost::json::serialize(e);
  auto items = items_of(e);
  if (!items) return check(e, input, std::unexpected(items.error()), "");
  tmpl::TemplateSpec spec;
  spec.from = *std::move(items);
  const auto environment = tmpl::system_environment();
  if (has(e, "object")) {
    json::Object object = e.at("object").get_object();
    const auto got = [&]() -> Result<std::string> {
      TRY_VOID(tmpl::apply_to_object(spec, data_of(e), environment, {}, object));
      return sorted(object);
    }();
    return check(e, input, got, has(e, "expected_object") ? sorted(e.at("expected_object")) : "");
  }
  tmpl::SecretParts parts;
  const auto got = [&]() -> Result<std::string> {
    auto applied = tmpl::apply_to_secret(spec, data_of(e), environment, {}, parts);
    if (!applied) return std::unexpected(std::move(applied).error().error);
    return show_parts(parts, e);
  }();
  std::string expected;
  if (has(e, "expected_data")) expected += vectors::show(text_map(e, "expected_data"));
  if (has(e, "expected_labels")) expected += vectors::show(text_map(e, "expected_labels"));
  if (has(e, "expected_annotations")) expected += vectors::show(text_map(e, "expected_annotations"));
  return check(e, input, got, expected);
}

Outcome run_yaml_any(const Entry& e) {
  const std::string source = text(e, "yaml");
  const auto got = [&]() -> Result<std::string> {
    TRY(const auto v, tmpl::read_yaml_as_json(source, false));
    return tmpl::write_json(v);
  }();
  const auto expected = tmpl::read_json_keeping_integers(text(e, "expected_json"));
  return check(e, source, got, expected ? tmpl::write_json(*expected).value_or("?") : "");
}

}  // namespace rotor::vectors
