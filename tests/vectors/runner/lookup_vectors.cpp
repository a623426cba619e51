#include <boost/json/serialize.hpp>

#include "json/object_hash.hpp"
#include "template/gjson/gjson.hpp"
#include "template/lookup.hpp"
#include "tests/vectors/runner/runner.hpp"

namespace rotor::vectors {

namespace {

tmpl::LookupRule rule_of(std::string_view provider) {
  if (provider.starts_with("aws")) return tmpl::LookupRule::kKeyThenPath;
  if (provider == "gcp") return tmpl::LookupRule::kJsonKeyThenPath;
  if (provider == "azure") return tmpl::LookupRule::kPathThenKey;
  return provider == "vault" ? tmpl::LookupRule::kKeyThenRewritten : tmpl::LookupRule::kTextsOfData;
}

std::string_view name_of(gjson::Kind kind) {
  switch (kind) {
    case gjson::Kind::kNull:
      return "Null";
    case gjson::Kind::kFalse:
      return "False";
    case gjson::Kind::kNumber:
      return "Number";
    case gjson::Kind::kString:
      return "String";
    case gjson::Kind::kTrue:
      return "True";
    case gjson::Kind::kJson:
      return "JSON";
  }
  return "";
}

Result<SecretBytes> property_of(tmpl::LookupRule rule, const Entry& e) {
  TRY(auto found, tmpl::find_property(rule, SecretBytes(text(e, "value")), text(e, "property")));
  if (!found) return fail(Code::kNotFound, "there is no such property");
  return *std::move(found);
}

}  // namespace

std::string show_secrets(const SecretMap& map) {
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : map) out[key] = value.reveal();
  return show(out);
}

SecretMap secrets(const Entry& e, std::string_view name) {
  SecretMap out;
  for (const auto& [key, value] : text_map(e, name)) out.emplace(key, SecretBytes(value));
  return out;
}

Outcome run_gjson(const Entry& e) {
  const auto match = gjson::lookup(text(e, "json"), text(e, "path")).value_or(std::nullopt);
  const auto describe = [](bool exists, std::string_view type, std::string_view value) {
    return exists ? std::string(type) + " " + std::string(value) : std::string("nothing");
  };
  const std::string expected = describe(e.at("exists").as_bool(), text(e, "type"), text(e, "expected"));
  const std::string got = match ? describe(true, name_of(match->kind), match->text.reveal()) : "nothing";
  return check(e, text(e, "path") + " in " + text(e, "json"), got, expected);
}

Outcome run_property(const Entry& e) {
  const auto got = [&]() -> Result<std::string> {
    TRY(const SecretBytes found, property_of(rule_of(text(e, "provider")), e));
    return std::string(found.reveal());
  }();
  return check(e, boost::json::serialize(e), got, text(e, "expected"));
}

Outcome run_extract(const Entry& e) {
  const bool vault = text(e, "provider") == "vault";
  const auto got = [&]() -> Result<std::string> {
    SecretBytes payload(text(e, "value"));
    if (!text(e, "property").empty()) {
      TRY(payload, property_of(vault ? tmpl::LookupRule::kKeyThenRewritten : tmpl::LookupRule::kKeyThenPath, e));
    }
    TRY(const SecretMap members, vault ? tmpl::extract_decoded(payload) : tmpl::extract_members(payload));
    return show_secrets(members);
  }();
  return check(e, boost::json::serialize(e), got, show(text_map(e, "expected")));
}

Outcome run_data_hash(const Entry& e) {
  return check(e, boost::json::serialize(e), json::object_hash(secrets(e, "in")), text(e, "expected"));
}

}  // namespace rotor::vectors
