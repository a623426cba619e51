#include "providers/vault/replication.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/encoding.hpp"

namespace rotor::providers::vault {
namespace {

struct State {
  std::string cluster;
  std::uint64_t local = 0;
  std::uint64_t replicated = 0;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// base64 of `v1:CLUSTER:LOCAL:REPLICATED:HMAC`.
std::optional<State> parse(const std::string& text) {
  const auto decoded = base64_decode(text);
  if (!decoded) return std::nullopt;
  std::vector<std::string_view> parts;
  for (std::string_view rest = *decoded;;) {
    const std::size_t end = rest.find(':');
    parts.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (parts.size() != 5 || parts[0] != "v1") return std::nullopt;
  const auto local = number(parts[2]);
  const auto replicated = number(parts[3]);
  if (!local || !replicated) return std::nullopt;
  return State{std::string(parts[1]), *local, *replicated};
}

bool at_least(const State& a, const State& b) { return a.local >= b.local && a.replicated >= b.replicated; }

enum class Keep : std::uint8_t { kNew, kOld, kBoth, kOnlyNew };

Keep compare(const std::string& old_text, const std::string& new_text) {
  const auto was = parse(old_text);
  const auto now = parse(new_text);
  if (!was || !now || was->cluster != now->cluster) return Keep::kOnlyNew;
  if (at_least(*was, *now)) return Keep::kOld;
  return at_least(*now, *was) ? Keep::kNew : Keep::kBoth;
}

}  // namespace

std::vector<std::string> merge_state(const std::vector<std::string>& known, const std::string& state) {
  std::vector<std::string> merged;
  bool newest = true;  // nothing known is at least as new
  for (const std::string& old_text : known) {
    const Keep keep = compare(old_text, state);
    if (keep == Keep::kOnlyNew) return {state};
    if (keep != Keep::kNew) merged.push_back(old_text);
    newest = newest && keep != Keep::kOld;
  }
  if (newest) merged.push_back(state);
  if (merged.size() > 2) return {state};
  return merged;
}

}  // namespace rotor::providers::vault
