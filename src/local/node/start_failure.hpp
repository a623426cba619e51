// Why the kernel would not run a program, in words that say what to do.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "local/node/supervisor.hpp"

namespace rotor::local {

// What a look at the file shows; the errno alone does not say which file was not found.
struct ProgramFacts {
  bool exists = false;
  bool is_folder = false;
  std::optional<std::string> interpreter{};  // of its first line, `#!…`; as written, a CR at its end included
};
ProgramFacts look_at(const std::string& program);

// `report.kind` is kFailed.
Error explain_failure(const std::string& program, const std::string& directory, const Report& report,
                      const ProgramFacts& facts);

}  // namespace rotor::local
