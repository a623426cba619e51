// What stderr says about a command line that cannot be read: what is wrong, what was probably meant, where to look.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/page.hpp"

namespace CLI {
class ParseError;
}

namespace rotor::cli {

// The first argument names no sub-command.
std::optional<std::string> wrong_command(const Page& page, const std::vector<std::string>& arguments);

// `app` after it threw `error`.
std::string wrong_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace rotor::cli
