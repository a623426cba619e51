// The restarts of an instance that Rotor began, for a terminal and for programs. Pure.
#pragma once

#include <string>
#include <vector>

#include "inspect/object.hpp"
#include "inspect/sight.hpp"
#include "inspect/terminal.hpp"
#include "json/document.hpp"

namespace rotor::inspect {

// The oldest first, with how the last one goes.
std::vector<openclaw::PastRestart> restarts_of(const Sight& sight, const Id& instance);

TerminalText history_text(const Graph& graph, const Id& instance);
json::Object history_document(const Graph& graph, const Id& instance);

// Of one that is not there: which are.
std::string no_instance(const Graph& graph, const std::string& ns, const std::string& name);

}  // namespace rotor::inspect
