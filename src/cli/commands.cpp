#include "cli/commands.hpp"

namespace rotor::cli {
namespace {

constexpr Command kCommands[] = {
    {"run", add_run, true},
    {"env", add_env, true},
    {"template", add_template, true},
    {"plan", add_plan, true},
    {"status", add_status, true},
    {"why", add_why, true},
    {"history", add_history, true},
    {"doctor", add_doctor, true},
    {"support-bundle", add_support_bundle, true},
    {"operator", add_operator, true},
    {"apiserver", add_apiserver, true},
    {"crds", add_crds, false},
    {"completion", add_completion, false},
    {"man", add_man, false},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace rotor::cli
