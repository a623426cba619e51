#include "api/externalsecrets/template.hpp"

namespace rotor::json {

using namespace api::es;

namespace {

FieldRules engine_rules() {
  return {.default_json = R"("v2")", .one_of = {"v2"}, .doc = "Version of the template language."};
}
FieldRules merge_rules() {
  return {.default_json = R"("Replace")",
          .one_of = {"Replace", "Merge"},
          .doc = "Merge keeps the store's own keys beside the templates' keys."};
}

}  // namespace

ROTOR_DESCRIBE(TemplateMetadata, "Metadata of the Secret; values are templates.",
               field<&TemplateMetadata::annotations>("annotations", {.doc = "Annotations of the Secret."}),
               field<&TemplateMetadata::labels>("labels", {.doc = "Labels of the Secret."}),
               field<&TemplateMetadata::finalizers>("finalizers", {.doc = "Finalizers to add; never removed."}));

ROTOR_DESCRIBE(TemplateItem, "One key that holds a template.",
               field<&TemplateItem::key>("key", {.required = true,
                                                 .pattern = kSecretKeyPattern,
                                                 .min_length = 1,
                                                 .max_length = 253,
                                                 .doc = "Key in the object."}),
               field<&TemplateItem::template_as>(
                   "templateAs",
                   {.default_json = R"("Values")",
                    .one_of = {"Values", "KeysAndValues"},
                    .doc = "Values: the text is the value of the same key. KeysAndValues: the text is a YAML map."}));

ROTOR_DESCRIBE(TemplateRef, "Templates in an object of the same namespace.",
               field<&TemplateRef::name>("name", {.required = true,
                                                  .pattern = kSubdomainPattern,
                                                  .min_length = 1,
                                                  .max_length = 253,
                                                  .doc = "Name of the object."}),
               field<&TemplateRef::items>("items", {.required = true, .doc = "Keys to use."}));

ROTOR_DESCRIBE(TemplateFrom, "A source of templates.",
               field<&TemplateFrom::config_map>("configMap", {.doc = "Templates in a ConfigMap."}),
               field<&TemplateFrom::secret>("secret", {.doc = "Templates in a Secret."}),
               field<&TemplateFrom::target>("target", {.default_json = R"("Data")",
                                                       .doc = "Where the results go: Data, Annotations, Labels."}),
               field<&TemplateFrom::literal>("literal", {.doc = "A template whose text is a YAML map."}),
               field<&TemplateFrom::values_decoding_strategy>("valuesDecodingStrategy",
                                                              {.one_of = {"Auto", "Base64", "Base64URL", "None"},
                                                               .doc = "How rendered values are decoded."}));

ROTOR_DESCRIBE(Template, "How the Secret is made from what the store holds.",
               field<&Template::type>("type", {.doc = "Type of the Secret."}),
               field<&Template::engine_version>("engineVersion", engine_rules()),
               field<&Template::metadata>("metadata", {.doc = "Metadata of the Secret."}),
               field<&Template::merge_policy>("mergePolicy", merge_rules()),
               field<&Template::data>("data", {.doc = "Key to template."}),
               field<&Template::template_from>("templateFrom", {.doc = "Further templates."}));

ROTOR_DESCRIBE(v1beta1::TemplateMetadata, "Metadata of the Secret; values are templates.",
               field<&TemplateMetadata::annotations>("annotations", {.doc = "Annotations of the Secret."}),
               field<&TemplateMetadata::labels>("labels", {.doc = "Labels of the Secret."}));

ROTOR_DESCRIBE(v1beta1::TemplateFrom, "A source of templates.",
               field<&TemplateFrom::config_map>("configMap", {.doc = "Templates in a ConfigMap."}),
               field<&TemplateFrom::secret>("secret", {.doc = "Templates in a Secret."}),
               field<&TemplateFrom::target>("target", {.default_json = R"("Data")",
                                                       .one_of = {"Data", "Annotations", "Labels"},
                                                       .doc = "Where the results go."}),
               field<&TemplateFrom::literal>("literal", {.doc = "A template whose text is a YAML map."}));

ROTOR_DESCRIBE(v1beta1::Template, "How the Secret is made from what the store holds.",
               field<&v1beta1::Template::type>("type", {.doc = "Type of the Secret."}),
               field<&v1beta1::Template::engine_version>("engineVersion", engine_rules()),
               field<&v1beta1::Template::metadata>("metadata", {.doc = "Metadata of the Secret."}),
               field<&v1beta1::Template::merge_policy>("mergePolicy", merge_rules()),
               field<&v1beta1::Template::data>("data", {.doc = "Key to template."}),
               field<&v1beta1::Template::template_from>("templateFrom", {.doc = "Further templates."}));

}  // namespace rotor::json
