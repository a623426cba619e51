#include "template/context.hpp"

namespace rotor::tmpl {

Context::~Context() {
  for (const Value& map : changed_) {
    // Swapped out first: clearing may drop the last other reference to the map itself.
    Map dead;
    dead.swap(map.mutable_members());
  }
}

std::string Context::random_bytes(std::size_t size) const {
  std::string out(size, '\0');
  environment_.random({reinterpret_cast<unsigned char*>(out.data()), out.size()});
  return out;
}

std::uint64_t Context::random_below(std::uint64_t bound) const {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  while (true) {
    std::uint64_t v = 0;
    environment_.random({reinterpret_cast<unsigned char*>(&v), sizeof v});
    if (v < limit) return v % bound;
  }
}

Result<void> Context::spend_steps(std::int64_t count) {
  steps_ += count;
  if (steps_ > limits_.steps)
    return fail(Code::kInvalid, "the template does too much work: it was stopped at its step limit");
  return {};
}

Result<void> Context::spend_bytes(std::size_t count) {
  const auto n = static_cast<std::int64_t>(std::min<std::size_t>(count, INT64_MAX / 4));
  bytes_ += n;
  if (bytes_ > limits_.bytes)
    return fail(Code::kInvalid, "the template makes too much text: it was stopped at its memory limit");
  return spend_steps(n / 64);
}

Result<void> Context::spend_expensive() {
  if (++expensive_ <= limits_.expensive_calls) return {};
  return fail(Code::kInvalid,
              "too many key generations and password hashes in one render; split the template or call fewer of them");
}

}  // namespace rotor::tmpl
