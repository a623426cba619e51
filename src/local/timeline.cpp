#include "local/timeline.hpp"

#include <cmath>

#include <fmt/format.h>

#include "base/time.hpp"

namespace rotor::local {

Timeline::Timeline(Clock& clock, std::FILE* out)
    : Timeline(clock, [out](std::string line) {
        std::fwrite(line.data(), 1, line.size(), out);
        std::fflush(out);
      }) {}

std::string Timeline::line(std::string_view subject, std::string_view text, bool failure, json::Object fields) const {
  const double seconds = std::chrono::duration<double>(clock_.steady() - began_).count();
  if (options_.form == TimelineOptions::Form::kText) {
    return fmt::format("{:8.3f} s  {:<28}  {}\n", seconds, subject, text);
  }
  json::Object out{{"time", format_micro_time(clock_.now())},
                   {"seconds", std::round(seconds * 1000) / 1000},
                   {"level", failure ? "error" : "info"},
                   {"subject", subject},
                   {"event", text}};
  for (auto& field : fields) out.emplace(field.key(), std::move(field.value()));
  return json::serialize(out) + "\n";
}

void Timeline::say(std::string_view subject, std::string_view text, json::Object fields) {
  if (!options_.quiet) write_(line(subject, text, false, std::move(fields)));
}

void Timeline::fail(std::string_view subject, std::string_view text, json::Object fields) {
  write_(line(subject, text, true, std::move(fields)));
}

}  // namespace rotor::local
