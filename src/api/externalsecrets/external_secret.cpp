#include "api/externalsecrets/external_secret.hpp"

#include <fmt/format.h>

#include "json/document.hpp"

namespace rotor::json {

using namespace api::es;

ROTOR_DESCRIBE(ManifestRef, "Another kind than Secret to write.",
               field<&ManifestRef::api_version>(
                   "apiVersion", {.required = true, .min_length = 1, .doc = "API version of the object."}),
               field<&ManifestRef::kind>("kind", {.required = true, .min_length = 1, .doc = "Kind of the object."}));

ROTOR_DESCRIBE(Target, "The Secret to write.",
               field<&Target::name>("name", {.pattern = kSubdomainPattern,
                                             .min_length = 1,
                                             .max_length = 253,
                                             .doc = "Name of the Secret; the ExternalSecret's when absent."}),
               field<&Target::creation_policy>("creationPolicy",
                                               {.default_json = R"("Owner")",
                                                .one_of = {"Owner", "Orphan", "Merge", "None", "CreateOrMerge"},
                                                .doc = "Who makes and owns the Secret."}),
               field<&Target::deletion_policy>("deletionPolicy",
                                               {.default_json = R"("Retain")",
                                                .one_of = {"Delete", "Merge", "Retain"},
                                                .doc = "What happens when the store has none of the values any more."}),
               field<&Target::tmpl>("template", {.doc = "How the Secret is made from the values."}),
               field<&Target::manifest>("manifest", {.doc = "Another kind than Secret to write."}),
               field<&Target::immutable>("immutable", {.doc = "Make the Secret immutable."}));

ROTOR_DESCRIBE_WITH(SourceRef, "Another source than spec.secretStoreRef; exactly one.",
                    (.rules_json = R"("minProperties":1,"maxProperties":1)"),
                    field<&SourceRef::store_ref>("storeRef", {.doc = "The store to read from."}),
                    field<&SourceRef::generator_ref>("generatorRef", {.doc = "The generator that makes the values."}));

ROTOR_DESCRIBE(Data, "One key of the Secret.",
               field<&Data::secret_key>("secretKey", {.required = true,
                                                      .pattern = kSecretKeyPattern,
                                                      .min_length = 1,
                                                      .max_length = 253,
                                                      .doc = "Key in the Secret."}),
               field<&Data::remote_ref>("remoteRef", {.required = true, .doc = "What in the store is meant."}),
               field<&Data::source_ref>("sourceRef", {.doc = "Another store than spec.secretStoreRef."}));

ROTOR_DESCRIBE(RewriteRegexp, "Replaces in every key.",
               field<&RewriteRegexp::source>("source",
                                             {.required = true, .keep_empty = true, .doc = "RE2 expression."}),
               field<&RewriteRegexp::target>(
                   "target", {.required = true, .keep_empty = true, .doc = "Replacement; $1 and ${name} are groups."}));

ROTOR_DESCRIBE(RewriteTransform, "Makes every key by a template.",
               field<&RewriteTransform::tmpl>(
                   "template", {.required = true, .keep_empty = true, .doc = "Template; .value is the key."}));

ROTOR_DESCRIBE(
    RewriteMerge, "Joins the JSON objects that the values are.",
    field<&RewriteMerge::into>("into",
                               {.default_json = R"("")", .doc = "Key of the joined object with strategy JSON."}),
    field<&RewriteMerge::priority>("priority", {.doc = "Keys whose values win, the last most."}),
    field<&RewriteMerge::priority_policy>("priorityPolicy",
                                          {.default_json = R"("Strict")",
                                           .one_of = {"IgnoreNotFound", "Strict"},
                                           .doc = "What to do with a priority key that is not there."}),
    field<&RewriteMerge::conflict_policy>("conflictPolicy", {.default_json = R"("Error")",
                                                             .one_of = {"Ignore", "Error"},
                                                             .doc = "What to do with a name that occurs twice."}),
    field<&RewriteMerge::strategy>("strategy", {.default_json = R"("Extract")",
                                                .one_of = {"Extract", "JSON"},
                                                .doc = "Extract makes one key of every member, JSON one key of all."}));

ROTOR_DESCRIBE_WITH(Rewrite, "One change of keys; exactly one.",
                    (.rules_json = R"("minProperties":1,"maxProperties":1)"),
                    field<&Rewrite::merge>("merge", {.doc = "Joins the JSON objects that the values are."}),
                    field<&Rewrite::regexp>("regexp", {.doc = "Replaces in every key."}),
                    field<&Rewrite::transform>("transform", {.doc = "Makes every key by a template."}));

ROTOR_DESCRIBE(DataFrom, "Many keys of the Secret.",
               field<&DataFrom::extract>("extract", {.doc = "All members of one remote secret."}),
               field<&DataFrom::find>("find", {.doc = "All remote secrets that match."}),
               field<&DataFrom::rewrite>("rewrite", {.doc = "Changes of the keys, one after the other."}),
               field<&DataFrom::source_ref>("sourceRef", {.doc = "Another source than spec.secretStoreRef."}));

ROTOR_DESCRIBE(
    SyncWindow, "A span of time.",
    field<&SyncWindow::schedule>(
        "schedule",
        {.required = true,
         .pattern = R"(^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|@every [^\s]+.*|[^\s]+( [^\s]+){4})$)",
         .min_length = 1,
         .doc = "When it begins: cron, UTC."}),
    field<&SyncWindow::duration>("duration", {.required = true, .doc = "How long it lasts, a duration."}));

ROTOR_DESCRIBE(
    SyncWindows, "When periodic refreshes may happen.",
    field<&SyncWindows::kind>("kind", {.required = true, .one_of = {"allow", "deny"}, .doc = "What the windows mean."}),
    field<&SyncWindows::windows>("windows", {.required = true, .min_items = 1, .doc = "The spans of time."}));

ROTOR_DESCRIBE(ExternalSecretSpec, "Which values become which Secret.",
               field<&ExternalSecretSpec::secret_store_ref>("secretStoreRef",
                                                            {.doc = "The store of every item without one of its own."}),
               field<&ExternalSecretSpec::target>(
                   "target", {.default_json = R"({"creationPolicy":"Owner","deletionPolicy":"Retain"})",
                              .doc = "The Secret to write."}),
               field<&ExternalSecretSpec::refresh_policy>("refreshPolicy",
                                                          {.one_of = {"CreatedOnce", "Periodic", "OnChange"},
                                                           .doc = "When values are read again; Periodic when absent."}),
               field<&ExternalSecretSpec::refresh_interval>(
                   "refreshInterval",
                   {.default_json = R"("1h0m0s")",
                    .doc = "How often values are read again, a duration such as 1h or 90s; zero: never by time."}),
               field<&ExternalSecretSpec::sync_windows>("syncWindows", {.doc = "When periodic refreshes may happen."}),
               field<&ExternalSecretSpec::data>("data", {.doc = "Single keys."}),
               field<&ExternalSecretSpec::data_from>("dataFrom", {.doc = "Many keys at once; keys in data win."}));

ROTOR_DESCRIBE(Binding, "The Secret, for Service Binding.",
               field<&Binding::name>("name", {.default_json = R"("")", .doc = "Name of the Secret."}));

namespace {

// As the list is described otherwise, and with the two types that there are.
std::string_view conditions_schema() {
  static const std::string text = [] {
    json::Value items = json::parse(schema(type_of<kube::Condition>())).value();
    items.at("properties").at("type").as_object()["enum"] = json::Array{"Ready", "Deleted"};
    return fmt::format(R"({{"type":"array","description":"Whether the Secret is up to date.","items":{}}})",
                       json::serialize(items));
  }();
  return text;
}

}  // namespace

ROTOR_DESCRIBE(
    ExternalSecretStatus, "What the controller did last.",
    field<&ExternalSecretStatus::refresh_time>(
        "refreshTime",
        {.schema_json =
             R"({"type":"string","format":"date-time","nullable":true,"description":"Start of the last successful pass."})"}),
    field<&ExternalSecretStatus::synced_resource_version>("syncedResourceVersion",
                                                          {.doc = "What of the object was synced last."}),
    field<&ExternalSecretStatus::conditions>("conditions", {.schema_json = conditions_schema()}),
    field<&ExternalSecretStatus::binding>("binding", {.doc = "The Secret, for Service Binding."}),
    field<&ExternalSecretStatus::inputs_digest>(
        "inputsDigest", {.doc = "Of what the Secret was made of, when its template makes something random."}));

ROTOR_DESCRIBE(ExternalSecret, "Values of a store that become a Kubernetes Secret.",
               field<&ExternalSecret::api_version>("apiVersion"), field<&ExternalSecret::kind>("kind"),
               field<&ExternalSecret::metadata>("metadata"), field<&ExternalSecret::spec>("spec"),
               field<&ExternalSecret::status>("status"));

}  // namespace rotor::json
