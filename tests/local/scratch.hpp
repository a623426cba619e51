// A folder that goes away with the test.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::test {

class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / ("rotor-test-" + hex_encode(random_bytes(6)))) {
    std::filesystem::create_directories(path_);
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(const std::string& below = "") const { return (path_ / below).string(); }

 private:
  std::filesystem::path path_;
};

// "(none)" when it cannot be read.
inline std::string content(const std::string& path) {
  std::ifstream in(path);
  return in ? std::string(std::istreambuf_iterator<char>(in), {}) : "(none)";
}

inline void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace rotor::test
