// Where the checkout is, for tests that read data files.
#pragma once

#include <string>
#include <string_view>

namespace rotor::test {

std::string source_path(std::string_view relative);
std::string read_file(std::string_view path);  // throws when it cannot be read

}  // namespace rotor::test
