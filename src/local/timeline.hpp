// What `rotor run` tells the person at the terminal: one line an event, with the time since the start.
// Lines are made of names and numbers; values never get here.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "json/document.hpp"

namespace rotor::local {

struct TimelineOptions {
  enum class Form : std::uint8_t { kText, kJson } form = Form::kText;
  bool quiet = false;  // failures only
};

class Timeline {
 public:
  using Write = std::function<void(std::string line)>;  // does not block

  Timeline(Clock& clock, Write write, TimelineOptions options = {})
      : clock_(clock), write_(std::move(write)), options_(options), began_(clock.steady()) {}
  Timeline(Clock& clock, std::FILE* out);

  // `   1.204 s  openclaw/my-assistant  started, pid 4711`; in JSON the fields stand beside time, subject and event.
  void say(std::string_view subject, std::string_view text, json::Object fields = {});
  // The same for what went wrong, said under --quiet too.
  void fail(std::string_view subject, std::string_view text, json::Object fields = {});

 private:
  std::string line(std::string_view subject, std::string_view text, bool failure, json::Object fields) const;

  Clock& clock_;
  Write write_;
  TimelineOptions options_;
  SteadyTime began_;
};

}  // namespace rotor::local
