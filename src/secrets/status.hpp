// The status of an ExternalSecret: what a pass writes there.
#pragma once

#include <string_view>

#include "base/duration.hpp"
#include "secrets/ending.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

bool is_ready(const ExternalSecret& es);
std::string_view ready_message(const ExternalSecret& es);  // empty when nobody has said anything yet

// After a successful pass that began at `started`.
ExternalSecretStatus succeeded(const ExternalSecret& es, const ReadyWords& words, WallTime started, WallTime now);

// After a failed one: only the condition changes, the last good refresh stays on record.
ExternalSecretStatus failed(const ExternalSecret& es, const ReadyWords& words, WallTime now);

// Where refreshTime alone differs from what was written last, only once that is `least_interval` old.
bool worth_writing(const ExternalSecretStatus& written, const ExternalSecretStatus& after, Duration least_interval);

}  // namespace rotor::secrets
