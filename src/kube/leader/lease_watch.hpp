// The watch of the one Lease that replicas agree by.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kube/leader/lease.hpp"
#include "kube/runtime/watch_loop.hpp"

namespace rotor::kube {

class LeaseWatch final : public WatchSink {
 public:
  using Listener = std::function<void(std::optional<Lease>)>;  // nullopt: it is gone

  LeaseWatch(Client& client, Clock& clock, Key lease, Listener saw);

  Task<> run() { return loop_.run(); }  // until cancelled
  // The right to list or to watch it that is missing, in words for people; empty: none.
  std::string refusal() const;

  Result<void> put(const ObjectIdentity& id, std::string_view object_json) override;
  void erase(const Key& key, std::string_view version) override;
  void retain(const std::string& ns, const std::vector<Key>& listed) override;
  void ready() override {}

 private:
  Key lease_;
  Listener saw_;
  bool there_ = false;
  WatchLoop loop_;
};

}  // namespace rotor::kube
