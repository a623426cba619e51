// The one door through which a back end's own words reach conditions, events and logs.
#pragma once

#include <string>
#include <string_view>

namespace rotor::providers {

// A text of theirs made fit for a status: control characters replaced, bad UTF-8 as U+FFFD, at most 1 000 bytes. The
// caller has taken it out of a field that holds a message; a whole body never comes here, for it may quote a secret.
std::string fit_message(std::string_view text);

}  // namespace rotor::providers
