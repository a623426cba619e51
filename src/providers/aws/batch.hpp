// Several values of a store in one call: how it is asked for them, and what its answer says of each. Pure.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/aws/wire.hpp"

namespace rotor::providers::aws {

using ValuePtr = std::shared_ptr<const Value>;
using ValueLookup = Lookup<ValuePtr>;

// One value, as a read asks for it: the ID with the store's prefix, and what the manifest says of the version.
struct Wanted {
  std::string id;
  std::string version;
  friend bool operator==(const Wanted&, const Wanted&) = default;
};

// Beside what was asked for. nullopt: the answer says too little of this one, and a call for it alone says the rest, in
// the words that it has without batches.
using BatchAnswers = std::vector<std::optional<ValueLookup>>;

struct Batch {
  std::string_view operation;
  std::size_t most;  // values a call
  bool own_quota;    // far smaller than that of single calls, which are still to be had when it is used up
  bool (*takes)(std::string_view version);
  SecretBytes (*request)(std::span<const Wanted> wanted);
  Result<BatchAnswers> (*read)(const SecretBytes& answer, std::span<const Wanted> asked);
};

extern const Batch kSecretBatch;
extern const Batch kParameterBatch;

// May both be in one call? Names and ARNs are not mixed: an answer gives both of each value, and a secret that another
// account shares may have the name of one of ours. Two versions of a parameter are not asked for at once either.
bool go_together(const Wanted& a, const Wanted& b);

// What becomes of those in a call that was refused as a whole.
enum class Refused : std::uint8_t {
  kEverybodys,   // the same would be said to each, or more calls would make it worse
  kAskAlone,     // it is about one of them
  kAlwaysAlone,  // this store has no batches for us
};
// `worked`: this store has answered a batch before.
Refused meaning_of(const Batch& batch, bool worked, const NoValue& refusal);

}  // namespace rotor::providers::aws
