// How each object on the way is: a table of cases for each kind, tested as one. Pure.
#pragma once

#include <string>
#include <string_view>

#include "inspect/object.hpp"
#include "inspect/sight.hpp"
#include "secrets/failure_event.hpp"

namespace rotor::inspect {

Finding judge_store(const Sight& sight, const Id& id);
Finding judge_cluster_external_secret(const Sight& sight, const Id& id);
Finding judge_external_secret(const Sight& sight, const Id& id);
Finding judge_secret(const Sight& sight, const Id& id);
Finding judge_instance(const Sight& sight, const Id& id);
Finding judge_pod(const Sight& sight, const Pod& pod);

// What several of them say alike.
Finding not_seen(const Id& id);                                                     // its kind could not be listed
Finding going(const Sight& sight, const Id& id, const kube::ObjectMeta& metadata);  // it is being deleted
const kube::Condition* ready_condition(const std::vector<kube::Condition>& conditions);
Evidence evidence_of(const kube::Condition& condition);
// Adds the newest warnings; answers the text of the newest, empty when there is none.
std::string add_warnings(const Sight& sight, const Id& id, Finding& finding);
// The same of a failure that lasts: warnings of an earlier one are left out, and the text is that of the newest that
// tells of it.
std::string add_failure(const Sight& sight, const Id& id, const secrets::Failure& failure, Finding& finding);
// Text of somebody else on one line of a terminal, of a bounded length.
std::string on_one_line(std::string_view text);

}  // namespace rotor::inspect
