// Flags whose values are checked while the command line is read: a wrong one ends with exit code 2 and what is right.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "providers/services.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rotor::cli {

// One of these words. `also` are accepted and not shown.
CLI::Option* choice(CLI::Option* option, std::vector<std::string> words, std::vector<std::string> also = {});

// A whole number from `least` to `most`, shown as `unit`: PORT, COUNT, BYTES.
// --allow-plain-http-endpoints
CLI::Option* add_plain_http_flag(CLI::App& command, providers::PlainHttp& plain);

CLI::Option* number(CLI::Option* option, std::string unit, std::int64_t least, std::int64_t most);

// `30s`, `5m`, `1h30m`; not negative.
CLI::Option* duration(CLI::Option* option);

// Whatever `check` takes; its message tells what is right.
CLI::Option* checked(CLI::Option* option, std::function<Result<void>(const std::string&)> check);

// A flag of the API's kind: `--name`, `--name=false`.
CLI::Option* on_or_off(CLI::Option* option, bool standard);

}  // namespace rotor::cli
