#include "local/node/start_failure.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace rotor::local {
namespace {

std::string missing(const ProgramFacts& facts) {
  if (!facts.exists) return "there is no such file";
  if (!facts.interpreter) return "the loader that it names is not on this machine";
  std::string interpreter = *facts.interpreter;
  const bool carriage_return = interpreter.ends_with('\r');
  if (carriage_return) interpreter.pop_back();
  return fmt::format("its first line asks for {}, {}", interpreter,
                     carriage_return ? "but ends with CR LF: save the file with LF" : "which is not on this machine");
}

std::string denied(const ProgramFacts& facts) {
  if (facts.is_folder) return "it is a folder";
  return "it may not be executed: chmod +x, or look at the rights of its folders and file system";
}

std::string reason(int error, const ProgramFacts& facts) {
  switch (error) {
    case ENOENT:
      return missing(facts);
    case EACCES:
    case EISDIR:
      return denied(facts);
    case ENOEXEC:
      return "it is no program for this machine, and a script needs `#!` and its interpreter in the first line";
    case E2BIG:
      return "its command and environment are larger than the kernel takes";
    default:
      return std::strerror(error);
  }
}

Code code_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return Code::kNotFound;
  if (error == EACCES || error == EPERM || error == EISDIR) return Code::kDenied;
  return Code::kUnavailable;
}

}  // namespace

ProgramFacts look_at(const std::string& program) {
  std::error_code ignored;
  ProgramFacts facts{.exists = std::filesystem::exists(program, ignored),
                     .is_folder = std::filesystem::is_directory(program, ignored)};
  if (!facts.exists || facts.is_folder) return facts;
  std::ifstream file(program, std::ios::binary);
  char mark[2] = {};
  std::string line;
  if (!file.read(mark, 2) || mark[0] != '#' || mark[1] != '!') return facts;
  char text[256] = {};
  file.getline(text, sizeof text);
  line = text;
  line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
  facts.interpreter = line.substr(0, line.find_first_of(" \t"));
  return facts;
}

Error explain_failure(const std::string& program, const std::string& directory, const Report& report,
                      const ProgramFacts& facts) {
  const int error = report.value;
  if (report.step == Report::kExecute) {
    return {code_of(error), fmt::format("cannot run {}: {}", program, reason(error, facts))};
  }
  if (report.step == Report::kDirectory) {
    return {code_of(error), fmt::format("cannot run {} in {}: {}", program, directory, std::strerror(error))};
  }
  return {Code::kUnavailable, fmt::format("cannot start {}: {}", program, std::strerror(error))};
}

}  // namespace rotor::local
