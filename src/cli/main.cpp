#include "base/no_prompts.hpp"
#include "base/private_memory.hpp"
#include "cli/cli.hpp"

int main(int argc, char** argv) {
  rotor::never_ask_for_passwords();
  return rotor::cli::run({argv + 1, argv + argc}, rotor::keep_memory_private);
}
