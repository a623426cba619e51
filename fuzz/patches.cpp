// Every way of patching, with any live object and any patch: nothing may crash, and applying the same configuration
// once more may change nothing. The input is `[operation, api version, kind, live, patch]`, or any text.
#include <cstdlib>
#include <string_view>

#include "apiserver/patch/patch.hpp"

using namespace rotor;
using namespace rotor::apiserver;

namespace {

void twice(const schema::KindSchema& kind, const json::Object* live, const json::Object& configuration) {
  const patch::Write first{.manager = "fuzz", .subresource = {}, .now = "2026-01-01T00:00:00Z"};
  const patch::Write second{.manager = "fuzz", .subresource = {}, .now = "2026-01-02T00:00:00Z"};
  const auto once = patch::apply(kind, live, configuration, first, true);
  // Without a list of managers the next apply starts one.
  if (!once || json::find(json::Value(once->object), "metadata.managedFields") == nullptr) return;
  const auto again = patch::apply(kind, &once->object, configuration, second, true);
  if (!again || again->changed) std::abort();
}

void perform(std::string_view operation, const schema::KindSchema& kind, const json::Object& live,
             const json::Value& document) {
  if (operation == "json") {
    (void)patch::json_patch(json::Value(live), document);
    return;
  }
  if (operation == "decode") {
    auto decoded = schema::decode(kind, live, schema::FieldValidation::kWarn);
    if (decoded) (void)schema::validate(kind, decoded->object);
    return;
  }
  const auto* body = document.if_object();
  if (body == nullptr) return;
  auto before = schema::decode(kind, live, schema::FieldValidation::kIgnore);
  if (!before) return;
  if (operation == "apply") {
    twice(kind, &before->object, *body);
    twice(kind, nullptr, *body);
  } else if (auto patched = patch::strategic_merge_patch(before->object, *body, kind)) {
    auto decoded = schema::decode(kind, *std::move(patched), schema::FieldValidation::kIgnore);
    if (decoded)
      patch::track_update(kind, &before->object, decoded->object, {.manager = "fuzz", .now = "2026-01-01T00:00:00Z"});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)schema::duplicate_fields(text);
  const auto input = json::parse(text);
  if (!input || !input->is_array() || input->get_array().size() != 5) return 0;
  const json::Array& parts = input->get_array();
  if (!parts[0].is_string() || !parts[1].is_string() || !parts[2].is_string() || !parts[3].is_object()) return 0;
  schema::KindSchemaPtr kind = schema::builtin(parts[1].get_string(), parts[2].get_string());
  if (kind == nullptr) kind = schema::untyped(parts[1].get_string(), parts[2].get_string());
  perform(parts[0].get_string(), *kind, parts[3].get_object(), parts[4]);
  return 0;
}
