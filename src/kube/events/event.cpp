#include "kube/events/event.hpp"

namespace rotor::json {

using namespace rotor::kube;

ROTOR_DESCRIBE(kube::ObjectReference, "Points to an object of any kind.", field<&ObjectReference::kind>("kind"),
               field<&ObjectReference::ns>("namespace"), field<&ObjectReference::name>("name"),
               field<&ObjectReference::uid>("uid"), field<&ObjectReference::api_version>("apiVersion"),
               field<&ObjectReference::resource_version>("resourceVersion"));

ROTOR_DESCRIBE(kube::EventSource, "Who saw it.", field<&EventSource::component>("component"));

ROTOR_DESCRIBE(kube::Event, "Something that happened to an object.", field<&Event::kind>("kind", {.keep_empty = true}),
               field<&Event::api_version>("apiVersion", {.keep_empty = true}),
               field<&Event::metadata>("metadata", {.keep_empty = true}),
               field<&Event::involved_object>("involvedObject", {.keep_empty = true}), field<&Event::reason>("reason"),
               field<&Event::message>("message"), field<&Event::source>("source"),
               field<&Event::first_timestamp>("firstTimestamp"), field<&Event::last_timestamp>("lastTimestamp"),
               field<&Event::count>("count"), field<&Event::type>("type"),
               field<&Event::reporting_component>("reportingComponent"));

}  // namespace rotor::json
