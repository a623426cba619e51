// A program, its words and its environment in one piece of anonymous memory, which crosses to the supervisor as a
// descriptor: no size is too large for a socket, and the guardian never holds a value.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "local/node/command.hpp"

namespace rotor::local {

// A descriptor, the caller's to close. `command` has been checked: it holds no NUL.
Result<int> pack_request(const std::string& program, const Command& command);

// Points into the memory, which is unmapped with it.
struct StartRequest {
  StartRequest() = default;
  ~StartRequest();
  StartRequest(const StartRequest&) = delete;
  StartRequest& operator=(const StartRequest&) = delete;

  void* memory = nullptr;
  std::size_t size = 0;
  const char* program = nullptr;
  const char* directory = nullptr;
  std::vector<char*> argv;         // ends with nullptr, as does
  std::vector<char*> environment;  // this one
};
// False, with errno: it cannot be read.
bool unpack_request(int descriptor, StartRequest& out);

}  // namespace rotor::local
