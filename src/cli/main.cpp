#include "cli/cli.hpp"

int main(int argc, char** argv) { return rotor::cli::run({argv + 1, argv + argc}); }
