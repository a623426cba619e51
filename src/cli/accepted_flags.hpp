// Flags of today's operators that change nothing here: accepted, so that a manifest with them still starts, and said.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace rotor::cli {

struct AcceptedFlag {
  std::string_view name;
  std::string_view fate;  // what became of it
};
std::span<const AcceptedFlag> accepted_flags();

// `given`: the names of those on the command line, each once.
void add_accepted_flags(CLI::App& command, std::vector<std::string>& given);

// One line of the log for each.
void tell_accepted_flags(const std::vector<std::string>& given);

}  // namespace rotor::cli
