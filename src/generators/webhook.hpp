// The Webhook generator: one HTTP call, whose answer is an object of values.
#pragma once

#include <memory>

#include "base/pool.hpp"
#include "generators/generator.hpp"
#include "providers/services.hpp"

namespace rotor::generators {

std::unique_ptr<Generator> make_webhook(const providers::Services& services, Pool& pool);

}  // namespace rotor::generators
