// One read of a Secret for all that consume it: each version is read once, and what every consumer sees of it is worked
// out then and there. Values live as long as that takes; what is kept are the answers, which are digests.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kube/runtime/signal.hpp"
#include "openclaw/consumed_digest.hpp"
#include "openclaw/rotation.hpp"
#include "openclaw/secret_gate.hpp"

namespace rotor::openclaw {

class SharedReads {
 public:
  explicit SharedReads(kube::Client& client) : gate_(client) {}

  // `version`: what the watch shows. `digester` may be null.
  Task<ObservedSecret> observe(kube::Key secret, std::string version, SecretReference reference,
                               std::shared_ptr<const Digester> digester);

  std::size_t kept() const { return entries_.size(); }
  static constexpr std::size_t kMostSecrets = 1024;  // answers kept of; another read gives the others
  static constexpr std::size_t kMostAnswers = 32;    // of one Secret: manners of consuming it

 private:
  struct Answer {
    SecretReference reference;
    ObservedSecret seen;
    bool asked = false;  // for this version
  };
  struct Flight {
    explicit Flight(const Executor& executor) : landed(executor) {}
    std::string version, key_id;
    std::vector<Answer> answers;  // to be given, then given
    bool done = false;
    int waiting = 0;
    kube::Signal landed;
  };
  struct Entry {
    std::string version, key_id;
    std::vector<Answer> answers;
    std::shared_ptr<Flight> flight;
    std::uint64_t used = 0;
  };

  Task<void> fly(kube::Key secret, std::shared_ptr<Flight> flight, std::shared_ptr<const Digester> digester);
  void keep(const kube::Key& secret, const Flight& flight);
  static const ObservedSecret* answer_to(std::vector<Answer>& answers, const SecretReference& reference);

  SecretGate gate_;
  std::map<kube::Key, Entry> entries_;
  std::uint64_t uses_ = 0;
};

// What a consumer sees of a Secret that is there, or that is not.
ObservedSecret see_secret(const std::string& name, const SecretReference& reference, const SecretMap& data,
                          std::string version, const Digester* digester);
// What a pod sees of an optional Secret that is not there.
std::string absent_digest(const std::string& name, const SecretReference& reference, const Digester* digester);

}  // namespace rotor::openclaw
