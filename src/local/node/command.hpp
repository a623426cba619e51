// What is needed to start one process: words, environment, descriptors. And what the kernel cannot be given.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::local {

struct Variable {
  std::string name;
  SecretBytes value;
  std::string origin{};  // where the value came from, for messages: `key A of secret s`; empty: the manifest itself
};

using Environment = std::vector<Variable>;

struct Command {
  std::vector<std::string> argv;
  Environment environment;
  std::string directory{};  // empty: Rotor's own
  int out = -1;             // descriptors that become standard output and error; -1: Rotor's own.
  int err = -1;             // They stay the caller's. Standard input is always empty.
};

// https://man7.org/linux/man-pages/man2/execve.2.html, "Limits on size of arguments and environment"
struct KernelLimits {
  std::size_t one = 0;  // bytes of one argument or variable, its final NUL included
  std::size_t all = 0;  // bytes of all of them, a pointer for each included
};
KernelLimits kernel_limits();

// kInvalid: a process would get something else than what the manifests say, or nothing. The message names every
// variable concerned, where it came from, and sizes.
Result<void> check(const Command& command, const KernelLimits& limits);

}  // namespace rotor::local
