// Calls with the token of one store and consumer. The token is shared by all who are the same to the same server,
// renewed before it ends, and got anew once when the server no longer knows it.
#pragma once

#include <memory>
#include <string>

#include "providers/common/expiring_cache.hpp"
#include "providers/vault/login.hpp"

namespace rotor::providers::vault {

using LoginPtr = std::shared_ptr<const Login>;

// What all sessions of the process share.
struct Shared {
  explicit Shared(const Services& lent);

  Caller caller;
  HttpClients& http;
  CloudIdentities clouds;
  Services services;
  ExpiringCache<Login> logins;
  ExpiringCache<Login> guarded_logins;  // of methods that lock who is refused too often
};

class Session {
 public:
  // Logs in, when the store has a login and nobody else has done it.
  static Task<Result<std::unique_ptr<Session>>> open(Shared& shared, std::shared_ptr<const Server> server,
                                                     Config config, Identity identity, StoreContext context);

  // The same for another client, which has not seen any state of the server.
  std::unique_ptr<Session> again() const;

  // Fills in token and namespace.
  Task<Result<net::Response>> call(Ask request);

  // True: a login gave the token and said when it ends, and that is still to come. False: nothing is known about it.
  bool end_is_known();

  // The next call has another token, where one can be had.
  void log_in_again();

 private:
  Session(Shared& shared, std::shared_ptr<const Server> server, Config config, Identity identity,
          const StoreContext& context);

  ExpiringCache<Login>& cache() { return identity_.locks_out() ? shared_.guarded_logins : shared_.logins; }
  std::string cache_key() const;
  Task<Result<LoginPtr>> login();
  Task<Result<Login>> fetch();
  Task<Result<LoginMembers>> make_proof();
  Task<Result<SecretBytes>> account_token(AccountToken source);
  Task<Result<SecretBytes>> bound_token(ServiceAccountSelector account, std::vector<std::string> secrets);
  bool forget(const LoginPtr& login);

  Shared& shared_;
  std::shared_ptr<const Server> server_;
  Identity identity_;
  std::string login_ns_;
  ReferenceGate& gate_;
  Scope scope_;
  std::string key_;
  LoginPtr fixed_;  // a token out of a Secret, or none at all
  States states_;
};

}  // namespace rotor::providers::vault
