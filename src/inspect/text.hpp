// Status and answer for a terminal, and as documents for programs. Pure.
#pragma once

#include "inspect/object.hpp"
#include "inspect/terminal.hpp"
#include "inspect/why.hpp"
#include "json/document.hpp"

namespace rotor::inspect {

// A tree from the stores down, a line an object. One that is reached by two ways is shown whole at the first.
TerminalText status_text(const Graph& graph);
// An object once, flat, in the order of the way; `from` names what it is made of.
json::Object status_document(const Graph& graph);

TerminalText why_text(const Graph& graph, const Answer& answer);
json::Object why_document(const Graph& graph, const Answer& answer);

}  // namespace rotor::inspect
