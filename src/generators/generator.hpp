// What a generator is to the rest of the house: new values at every run. A kind is one file and one row of kinds.cpp.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "generators/webhook_secrets.hpp"
#include "json/describe.hpp"
#include "providers/client.hpp"
#include "providers/gate.hpp"

namespace rotor::generators {

// What is to be run, and on whose behalf.
struct Order {
  std::string kind;         // Password; of a ClusterGenerator the kind that it stands for
  std::string name;         // of the object
  std::string consumer_ns;  // of the ExternalSecret: whatever the spec points at lies there
  json::Raw spec;
  providers::ReferenceGate& gate;  // both outlive the run
  WebhookSecrets& webhook_secrets;
  // May it use the controller's own identity? A ClusterGenerator always may.
  bool allow_controller_identity = false;

  // A generator's references never leave the consumer's namespace, so this is of no ClusterSecretStore.
  providers::Scope scope() const { return {std::string(), consumer_ns}; }
};

struct Made {
  SecretMap values{};
  std::optional<json::Raw> state{};  // what clean_up() has to know, where a run leaves something behind at a server
};

class Generator {
 public:
  virtual ~Generator() = default;

  // Absence is a server's own statement. Error texts never quote a value.
  virtual Task<providers::Lookup<Made>> generate(Order order) = 0;

  // Takes back what a run left behind. Nothing by default.
  virtual Task<Result<void>> clean_up(Order order, json::Raw state);
};

// The spec of a kind. kInvalid: `no config spec provided`, `unable to parse spec: …`.
template <class Spec>
Result<Spec> read_spec(const json::Raw& spec) {
  if (spec.text.empty() || spec.text == "null") return fail(Code::kInvalid, "no config spec provided");
  auto read = json::read<Spec>(spec.text);
  if (!read) return std::unexpected(std::move(read).error().prefixed("unable to parse spec"));
  return read;
}

}  // namespace rotor::generators
