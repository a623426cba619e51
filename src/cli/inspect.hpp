// What `rotor status`, `rotor why` and `rotor history` have in common: the server, one look at it or many, and how the
// result is written.
#pragma once

#include <functional>
#include <string>

#include "base/duration.hpp"
#include "cli/choose_server.hpp"
#include "inspect/object.hpp"
#include "inspect/terminal.hpp"
#include "json/document.hpp"

namespace CLI {
class App;
}

namespace rotor::cli {

// Something is not well, or could not be looked at. A wrong command line ends with the same number, and with nothing on
// stdout.
inline constexpr int kNotWell = 2;

struct InspectFlags {
  ServerFlags server{};
  std::string ns{};
  std::string format = "text";
  bool watch = false;
  Duration every = std::chrono::seconds(2);
};

// Why a cluster could not be looked at, and what to do about it where that is known.
std::string what_stopped(const Error& error);

void add_server_flags(CLI::App& command, ServerFlags& flags);
void add_inspect_flags(CLI::App& command, InspectFlags& flags);

// What is to be shown of one look.
struct Shown {
  bool well = true;
  inspect::TerminalText text{};
  json::Object document{};
};
using Show = std::function<Result<Shown>(const inspect::Graph&)>;

// Looks, shows, and again with --watch. The exit code. `ns`: whose objects are read; empty: all.
int inspect_and_show(const char* command, const InspectFlags& flags, const std::string& ns, const Show& show);

}  // namespace rotor::cli
