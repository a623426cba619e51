#include "api/generators/generator_state.hpp"

namespace rotor::json {

using namespace api::gen;

ROTOR_DESCRIBE(
    GeneratorStateSpec, "What was left behind.",
    field<&GeneratorStateSpec::garbage_collection_deadline>(
        "garbageCollectionDeadline",
        {.schema_json =
             R"({"type":"string","format":"date-time","nullable":true,"description":"When it is taken back; not by itself when absent."})"}),
    field<&GeneratorStateSpec::resource>("resource", {.required = true, .doc = "The generator as it was run."}),
    field<&GeneratorStateSpec::state>("state", {.required = true, .doc = "What it needs in order to take it back."}));

ROTOR_DESCRIBE(GeneratorStateStatus, "Nothing is reported here.",
               field<&GeneratorStateStatus::conditions>("conditions", {.doc = "Of other controllers."}));

ROTOR_DESCRIBE(GeneratorState, "What a run of a generator left behind at a server.",
               field<&GeneratorState::api_version>("apiVersion"), field<&GeneratorState::kind>("kind"),
               field<&GeneratorState::metadata>("metadata"), field<&GeneratorState::spec>("spec"),
               field<&GeneratorState::status>("status"));

}  // namespace rotor::json
