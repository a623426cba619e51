// One store's login and the project it reads from. Tokens are kept for all stores of the process.
#pragma once

#include <memory>
#include <string>

#include "providers/gcp/login.hpp"

namespace rotor::providers::gcp {

using TokenPtr = std::shared_ptr<const AccessToken>;

class Session {
 public:
  // Reads what the manifest points at, and the metadata server for what the manifest leaves out; logs in nowhere.
  static Task<Result<std::unique_ptr<Session>>> create(Shared& shared, Config config, StoreContext context);

  const std::string& project() const { return project_; }

  Task<Result<TokenPtr>> token();
  // It was not taken: the next one is a new one.
  void refused(const TokenPtr& token) { shared_.tokens.drop(key_, token); }

 private:
  Session(Shared& shared, LoginPtr login, std::string project)
      : shared_(shared), login_(std::move(login)), project_(std::move(project)), key_(login_->identity()) {}

  Shared& shared_;
  LoginPtr login_;
  std::string project_;
  std::string key_;
};

}  // namespace rotor::providers::gcp
