#include "tests/fakes/source_dir.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace rotor::test {

std::string source_path(std::string_view relative) {
  return std::string(ROTOR_SOURCE_DIR) + "/" + std::string(relative);
}

std::string read_file(std::string_view path) {
  std::ifstream in{std::string(path), std::ios::binary};
  if (!in) throw std::runtime_error("cannot read " + std::string(path));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace rotor::test
