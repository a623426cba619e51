#include "base/log.hpp"

#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace rotor::log {
namespace {

struct State {
  Level level = Level::kInfo;
  Format format = Format::kLogfmt;
  spdlog::logger logger{"rotor", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  State() {
    logger.set_pattern("%v");  // lines come finished from format_line
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
  }
};

// Never destroyed: the last lines of a process come from destructors.
State& state() {
  static auto* const kState = new State;
  return *kState;
}

}  // namespace

void configure(Level level, Format format) {
  state().level = level;
  state().format = format;
}

bool enabled(Level level) { return level >= state().level && level != Level::kOff; }

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  const WallTime now = std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  const std::string line = format_line(state().format, level, now, message, fields.begin(), fields.size());
  state().logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace rotor::log
