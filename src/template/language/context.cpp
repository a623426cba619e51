#include "template/language/context.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rotor::tmpl {

namespace {

constexpr std::string_view kOverBudget = "over budget: more than ";

}  // namespace

std::unexpected<Error> over_budget(std::int64_t most, std::string_view what) {
  return fail(Code::kInvalid, fmt::format("{}{} {}", kOverBudget, most, what));
}

bool is_over_budget(const Error& error) { return error.message.contains(kOverBudget); }

Context::~Context() {
  for (const Value& map : changed_) {
    // Swapped out first: clearing may drop the last other reference to the map itself.
    Map dead;
    dead.swap(map.mutable_members());
  }
}

std::string Context::random_bytes(std::size_t size) const {
  vary();
  std::string out(size, '\0');
  environment_.random({reinterpret_cast<unsigned char*>(out.data()), out.size()});
  return out;
}

std::uint64_t Context::random_below(std::uint64_t bound) const {
  vary();
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  while (true) {
    std::uint64_t v = 0;
    environment_.random({reinterpret_cast<unsigned char*>(&v), sizeof v});
    if (v < limit) return v % bound;
  }
}

Result<void> Context::spend_steps(std::int64_t count) {
  spent_.steps += count;
  if (spent_.steps > limits_.steps) return over_budget(limits_.steps, "steps");
  return {};
}

Result<void> Context::spend_bytes(std::size_t count) {
  TRY_VOID(allow_bytes(count));
  spent_.bytes += static_cast<std::int64_t>(count);
  return spend_steps(static_cast<std::int64_t>(count / 64));
}

Result<void> Context::allow_bytes(std::size_t count) const {
  if (count > bytes_left()) return over_budget(limits_.bytes, "bytes made by functions");
  return {};
}

Result<void> Context::allow_text(std::size_t size) const {
  if (size > kMaxText) return over_budget(kMaxText, "bytes in one text");
  return allow_bytes(size);
}

std::size_t Context::bytes_left() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(limits_.bytes - spent_.bytes, 0));
}

std::int64_t Context::steps_left() const { return std::max<std::int64_t>(limits_.steps - spent_.steps, 0); }

Result<void> Context::spend_effort(Effort effort) {
  spent_.effort += static_cast<std::int64_t>(effort);
  if (spent_.effort > limits_.effort) return over_budget(limits_.effort, "units of work for keys and password hashes");
  return {};
}

}  // namespace rotor::tmpl
