// Clients of stores, made once for all reconciles that are the same to the store: for as long as its manifest and the
// Secrets, ConfigMaps and ServiceAccounts that it points at are as they were. They are looked at before each use, so
// what is changed there counts at once; for refreshes, once a second.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/line.hpp"
#include "providers/provider.hpp"

namespace rotor::providers {

class KeptClients {
 public:
  using ClientPtr = std::shared_ptr<SecretsClient>;

  // When there are more, those that nobody used for longest go.
  static constexpr std::size_t kMost = 256;
  static constexpr auto kIdleFor = std::chrono::minutes(10);
  // What making a client reads besides (files, what a machine says of itself) is looked at again after so long.
  static constexpr auto kOldest = std::chrono::seconds(30);
  // A look that is no older serves who is patient.
  static constexpr auto kRecent = std::chrono::seconds(1);

  explicit KeptClients(Clock& clock) : clock_(clock) {}

  // A client for one reconcile. `identity`: who has the same is the same to this store: the consumer's namespace is in
  // it wherever the login depends on that. The gate of `context` outlives the client. `patient`: nobody waits for what
  // will be read (SecretsClient::be_patient).
  Task<Result<ClientPtr>> open(Provider& provider, std::string identity, StoreContext context, bool patient = false);

  // It is gone, or another one.
  void forget(std::string_view kind, std::string_view ns, std::string_view name);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;
  class Making;
  using Makings = std::map<std::string, Line::Ptr>;  // by identity: until the client that is being made is there

  EntryPtr find(const std::string& identity, const Store& store) const;
  Task<Result<ClientPtr>> find_or_make(Provider& provider, std::string identity, StoreContext context, bool patient);
  Task<bool> unchanged(EntryPtr entry, bool patient);
  Task<Result<ClientPtr>> make(Provider& provider, std::string identity, StoreContext context);
  void drop(const std::string& identity, const EntryPtr& entry);
  void sweep();

  Clock& clock_;
  std::map<std::string, EntryPtr> entries_;  // by identity
  std::shared_ptr<Makings> makings_ = std::make_shared<Makings>();
  std::uint64_t looks_ = 0;  // tells what came first
  SteadyTime swept_{};
};

}  // namespace rotor::providers
