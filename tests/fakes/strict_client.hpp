// An API client for tests that say what may be asked: each call that a test does not take over ends it.
#pragma once

#include <stdexcept>

#include "kube/client/client.hpp"

namespace rotor::test {

class StrictClient : public kube::Client {
 public:
  Task<Result<SecretBytes>> get(kube::Resource, kube::Key) override { throw std::logic_error("a read"); }
  Task<Result<kube::ListPage>> list_page(kube::Resource, std::string, kube::ListOptions, std::string) override {
    throw std::logic_error("a list");
  }
  Task<Result<std::unique_ptr<kube::WatchStream>>> watch(kube::Resource, std::string, kube::ListOptions,
                                                         std::string) override {
    throw std::logic_error("a watch");
  }
  Task<Result<SecretBytes>> create(kube::Resource, std::string, SecretBytes, kube::WriteOptions) override {
    throw std::logic_error("a write");
  }
  Task<Result<SecretBytes>> update(kube::Resource, kube::Key, SecretBytes, kube::WriteOptions) override {
    throw std::logic_error("a write");
  }
  Task<Result<SecretBytes>> patch(kube::Resource, kube::Key, kube::PatchType, SecretBytes,
                                  kube::WriteOptions) override {
    throw std::logic_error("a write");
  }
  Task<Result<void>> remove(kube::Resource, kube::Key, kube::DeleteOptions) override {
    throw std::logic_error("a deletion");
  }
  Task<Result<kube::IssuedToken>> request_token(kube::Key, kube::TokenRequest) override {
    throw std::logic_error("a token");
  }
  Task<Result<bool>> serves(kube::Resource) override { throw std::logic_error("a question"); }
  Task<Result<std::vector<kube::ServedKind>>> kinds_of(std::string) override { throw std::logic_error("a question"); }
};

}  // namespace rotor::test
