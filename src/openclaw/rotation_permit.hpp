// What may stand between a restart of pods that is due and the write that begins it: a proof, a limit, a window.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/apps/stateful_set.hpp"
#include "base/duration.hpp"
#include "openclaw/rollout/history.hpp"
#include "openclaw/secret_references.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

// A Secret as it is now, the same for whoever consumes it.
struct SecretContent {
  std::string content;  // keyed digest of all of it; empty: it is gone
  std::string version;  // resourceVersion
  friend bool operator==(const SecretContent&, const SecretContent&) = default;
};

// A restart that nobody edited the instance for, its quiet period being over.
struct RotationWish {
  InstancePtr instance;
  std::map<std::string, std::string, std::less<>> changed;  // Secret -> digest of the new value; empty when it went
                                                            // away. None at all: the template is another for a reason
                                                            // of ours (a newer Rotor, another ConfigMap)
  std::map<std::string, SecretContent, std::less<>> contents;  // of the same Secrets
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>
      store_versions;                         // of the same, key by key, where stores name them
  std::set<std::string, std::less<>> frozen;  // of the same: a pod beside those that run may be given the old value
  References references;                      // of `wanted`
  api::StatefulSet wanted;                    // what the pods would start as, without marks
  LivePtr live;                               // the StatefulSet that is there
  std::string hash_before;                    // the mark on its template
  bool in_place = false;                      // pods that run can be given all of `changed`
  bool marks_only = false;                    // another operator's pods: of `wanted` nothing is written

  kube::Key key() const { return instance->metadata.key(); }
};
using WishPtr = std::shared_ptr<const RotationWish>;

struct Permit {
  enum class Verdict : std::uint8_t {
    kGo,
    kWait,    // not now; the condition RotationWaiting gives the reason, if there is one
    kRefuse,  // not to these values: SecretsReady is False, a Warning tells it once
  } verdict = Verdict::kGo;
  std::string reason{}, message{};       // of kWait and kRefuse, without values
  std::optional<Duration> look_again{};  // after this; else whoever gave the answer wakes the instance
  bool in_place = false;                 // kGo: the pods that run have been given it, and need no restart
  bool warns = false;                    // kWait: a Warning tells it once, as with kRefuse
  bool bad_value = false;                // kRefuse: for whoever would take these values
  bool goes() const { return verdict == Verdict::kGo; }
};

// One kind of obstacle. Whatever it does not allow leaves pods and marks as they are.
class RotationPermits {
 public:
  virtual ~RotationPermits() = default;
  // Answers soon: what takes its time is a kWait. Asked again at each pass until the restart is written or withdrawn.
  virtual Task<Result<Permit>> ask(WishPtr wish) = 0;
  // The pods restart now.
  virtual void written(const RotationWish&) {}
  // Somebody who was asked after this one does not allow it.
  virtual void refused(const RotationWish& wish, const Permit&) { withdrawn(wish.key()); }
  // No restart is due, or no longer: the values went back, the spec was edited, the instance is gone.
  virtual void withdrawn(const kube::Key&) {}
  // One may be due, and waits for something of the instance itself: what was decided about its values stands.
  virtual void held(const kube::Key& instance) { withdrawn(instance); }
  // Pods that restarted cannot run as they are. `why` goes on from the instance's name: "exits with 78".
  virtual void failed(const kube::Key&, const std::string& /*why*/) {}
  // How the newest restart ended, where it did not end well.
  virtual std::optional<RestartFailure> failure_of(const kube::Key&) const { return std::nullopt; }
};

// Several, asked in the order they were added until one does not let go. Those before it are told of a refusal, and
// keep nothing set aside for the restart; one that waits keeps it.
class PermitChain final : public RotationPermits {
 public:
  void add(std::unique_ptr<RotationPermits> permits) { links_.push_back(std::move(permits)); }
  Task<Result<Permit>> ask(WishPtr wish) override;
  void written(const RotationWish& wish) override;
  void withdrawn(const kube::Key& instance) override;
  void held(const kube::Key& instance) override;
  void failed(const kube::Key& instance, const std::string& why) override;
  std::optional<RestartFailure> failure_of(const kube::Key& instance) const override;

 private:
  std::vector<std::unique_ptr<RotationPermits>> links_;
};

}  // namespace rotor::openclaw
