// Several things at once, but not too many: the calls of a store, the items of an object.
#pragma once

#include <cstddef>
#include <functional>

#include "base/error.hpp"
#include "base/task.hpp"

namespace rotor {

// Runs `one(0)` … `one(count - 1)`, at most `most` at a time. After the first error nothing more is begun; when what
// runs has ended, it is the answer. `one` lives until then and is no coroutine itself: it starts one.
Task<Result<void>> side_by_side(std::size_t count, std::size_t most,
                                std::function<Task<Result<void>>(std::size_t)> one);

}  // namespace rotor
