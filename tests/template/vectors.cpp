#include "tests/template/vectors.hpp"

#include <stdexcept>

#include "base/encoding.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::test {
namespace {

const json::Array& all_vectors() {
  static const json::Value kAll = [] {
    auto parsed = json::parse(read_file(source_path("tests/template/vectors/template-vectors.json")));
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return *std::move(parsed);
  }();
  return kAll.as_array();
}

}  // namespace

std::vector<json::Object> vectors(std::string_view kind) {
  std::vector<json::Object> out;
  for (const json::Value& v : all_vectors()) {
    if (json::find_string(v, "kind") == kind) out.push_back(v.as_object());
  }
  return out;
}

std::string text(const json::Object& vector, std::string_view member) {
  if (const json::Value* plain = vector.if_contains(member)) {
    return plain->is_string() ? std::string(plain->as_string()) : json::serialize(*plain);
  }
  const json::Value* encoded = vector.if_contains(std::string(member) + "_b64");
  return encoded == nullptr ? std::string{} : *base64_decode(std::string(encoded->as_string()));
}

SecretMap secrets(const json::Value& object) {
  SecretMap out;
  for (const auto& m : object.as_object()) out.emplace(m.key(), SecretBytes(m.value().as_string()));
  return out;
}

}  // namespace rotor::test
