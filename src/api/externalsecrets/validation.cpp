#include "api/externalsecrets/validation.hpp"

#include "json/document.hpp"

namespace rotor::api::es {
namespace {

using json::Value;

constexpr std::string_view kKind = "ExternalSecret";

bool has(const Value& self, std::string_view path) {
  const Value* found = json::find(self, path);
  return found != nullptr && !found->is_null();
}
bool has_items(const Value& self, std::string_view path) {
  const Value* found = json::find(self, path);
  const json::Array* list = found == nullptr ? nullptr : found->if_array();
  return list != nullptr && !list->empty();
}

bool asks_for_something(const Value& self) { return has_items(self, "data") || has_items(self, "dataFrom"); }

bool has_one_source(const Value& self) {
  const int sources =
      (has(self, "extract") ? 1 : 0) + (has(self, "find") ? 1 : 0) + (has(self, "sourceRef.generatorRef") ? 1 : 0);
  return sources <= 1;
}

bool has_a_source(const Value& self) { return has(self, "extract") || has(self, "find") || has(self, "sourceRef"); }

bool its_source_is_named(const Value& self) {
  return !has(self, "sourceRef") || has(self, "sourceRef.storeRef") || has(self, "sourceRef.generatorRef");
}

constexpr ValidationRule kRows[] = {
    {kKind, "spec.target", kNotOwned},
    {kKind, "spec.target", kNothingToMerge},
    {kKind, "spec", kNoItems,
     "(has(self.data) && size(self.data) > 0) || (has(self.dataFrom) && size(self.dataFrom) > 0)", asks_for_something},
    {kKind, "spec.target.template",
     R"(template.type="kubernetes.io/service-account-token" with annotation "kubernetes.io/service-account.name" is )"
     R"(not allowed)"},
    {kKind, "spec.target.template",
     R"(template.type="kubernetes.io/service-account-token" with templateFrom target="Annotations" is not allowed)"},
    {kKind, "spec.target.template", R"(template.type="bootstrap.kubernetes.io/token" is not allowed)"},
    {kKind, "spec.dataFrom[]", kSeveralSources,
     "!(has(self.extract) && has(self.find)) && !((has(self.extract) || has(self.find)) && has(self.sourceRef) && "
     "has(self.sourceRef.generatorRef))",
     has_one_source},
    {kKind, "spec.dataFrom[]", kNoSource, "has(self.extract) || has(self.find) || has(self.sourceRef)", has_a_source},
    {kKind, "spec.dataFrom[]", kEmptySource,
     "!has(self.sourceRef) || has(self.sourceRef.storeRef) || has(self.sourceRef.generatorRef)", its_source_is_named},
};

}  // namespace

std::span<const ValidationRule> validation_rows() { return kRows; }

}  // namespace rotor::api::es
