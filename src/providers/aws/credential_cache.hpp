// Temporary credentials, kept for as long as they are good, by everything that made them. One fetch at a time for each.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "providers/aws/sigv4.hpp"

namespace rotor::providers::aws {

using CredentialsPtr = std::shared_ptr<const Credentials>;

class CredentialCache {
 public:
  using Fetch = std::function<Task<Result<Credentials>>()>;

  explicit CredentialCache(Clock& clock) : clock_(clock) {}

  // Refreshed before they expire (5 minutes, or half of a short life). When a refresh fails, what is still valid
  // serves.
  Task<Result<CredentialsPtr>> get(std::string key, Fetch fetch);

  // Forgets these; newer ones stay.
  void drop(const std::string& key, const CredentialsPtr& credentials);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    CredentialsPtr credentials;
    WallTime obtained{};
    bool fetching = false;
    std::list<boost::asio::steady_timer*> waiting;
  };
  class Fetching;
  class Waiting;

  bool fresh(const Entry& entry) const;
  bool valid(const Entry& entry) const;
  void forget_expired();

  Clock& clock_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
};

}  // namespace rotor::providers::aws
