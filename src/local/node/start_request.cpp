#include "local/node/start_request.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rotor::local {
namespace {

struct Header {
  std::uint64_t words = 0;
  std::uint64_t variables = 0;
};

bool write_to_memory(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

SecretBytes text_of(const std::string& program, const Command& command) {
  const Header header{command.argv.size(), command.environment.size()};
  constexpr std::string_view kNul("\0", 1);
  SecretBytes text(std::string_view(reinterpret_cast<const char*>(&header), sizeof header));
  const auto add = [&](std::string_view part) { text.append(part); };
  for (const std::string* line : {&program, &command.directory}) add(*line), add(kNul);
  for (const std::string& word : command.argv) add(word), add(kNul);
  for (const Variable& variable : command.environment) {
    add(variable.name), add("="), add(variable.value.reveal()), add(kNul);
  }
  return text;
}

}  // namespace

Result<int> pack_request(const std::string& program, const Command& command) {
  const SecretBytes text = text_of(program, command);
  const int descriptor = memfd_create("rotor-start", MFD_CLOEXEC);
  if (descriptor < 0 || !write_to_memory(descriptor, text.reveal())) {
    const std::string why = std::strerror(errno);
    if (descriptor >= 0) close(descriptor);
    return fail(Code::kUnavailable, fmt::format("cannot start {}: {}", program, why));
  }
  return descriptor;
}

StartRequest::~StartRequest() {
  if (memory != nullptr) munmap(memory, size);
}

bool unpack_request(int descriptor, StartRequest& out) {
  struct stat facts{};
  if (fstat(descriptor, &facts) != 0) return false;
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
  if (memory == MAP_FAILED) return false;
  out.memory = memory;
  out.size = size;
  Header header;
  std::memcpy(&header, memory, sizeof header);
  char* next = static_cast<char*>(memory) + sizeof header;
  const auto take = [&next] {
    char* line = next;
    next += std::strlen(line) + 1;
    return line;
  };
  out.program = take();
  out.directory = take();
  for (std::uint64_t i = 0; i < header.words; ++i) out.argv.push_back(take());
  for (std::uint64_t i = 0; i < header.variables; ++i) out.environment.push_back(take());
  out.argv.push_back(nullptr);
  out.environment.push_back(nullptr);
  return true;
}

}  // namespace rotor::local
