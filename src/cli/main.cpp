#include "base/private_memory.hpp"
#include "cli/cli.hpp"

int main(int argc, char** argv) { return rotor::cli::run({argv + 1, argv + argc}, rotor::keep_memory_private); }
