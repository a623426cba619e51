// An API client that passes every call on to another. `Around` is told which call it is, by verb and resource as an API
// server counts them ("get", "externalsecrets/status"), and has the call in its hands: it may look on, or hold
// something while the answer is awaited.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kube/client/client.hpp"

namespace rotor::test {

template <class Around>
class AroundClient final : public kube::Client {
 public:
  AroundClient(std::unique_ptr<kube::Client> inner, Around around)
      : inner_(std::move(inner)), around_(std::move(around)) {}
  const Around& around() const { return around_; }

  Task<Result<SecretBytes>> get(kube::Resource resource, kube::Key key) override {
    return around_("get", name(resource), inner_->get(resource, std::move(key)));
  }
  Task<Result<kube::ListPage>> list_page(kube::Resource resource, std::string ns, kube::ListOptions options,
                                         std::string token) override {
    return around_("list", name(resource),
                   inner_->list_page(resource, std::move(ns), std::move(options), std::move(token)));
  }
  Task<Result<std::unique_ptr<kube::WatchStream>>> watch(kube::Resource resource, std::string ns,
                                                         kube::ListOptions options, std::string version) override {
    return around_("watch", name(resource),
                   inner_->watch(resource, std::move(ns), std::move(options), std::move(version)));
  }
  Task<Result<SecretBytes>> create(kube::Resource resource, std::string ns, SecretBytes object,
                                   kube::WriteOptions options) override {
    std::string what = name(resource, options);
    return around_("create", std::move(what),
                   inner_->create(resource, std::move(ns), std::move(object), std::move(options)));
  }
  Task<Result<SecretBytes>> update(kube::Resource resource, kube::Key key, SecretBytes object,
                                   kube::WriteOptions options) override {
    std::string what = name(resource, options);
    return around_("update", std::move(what),
                   inner_->update(resource, std::move(key), std::move(object), std::move(options)));
  }
  Task<Result<SecretBytes>> patch(kube::Resource resource, kube::Key key, kube::PatchType type, SecretBytes patch,
                                  kube::WriteOptions options) override {
    std::string what = name(resource, options);
    return around_("patch", std::move(what),
                   inner_->patch(resource, std::move(key), type, std::move(patch), std::move(options)));
  }
  Task<Result<void>> remove(kube::Resource resource, kube::Key key, kube::DeleteOptions options) override {
    return around_("delete", name(resource), inner_->remove(resource, std::move(key), std::move(options)));
  }
  Task<Result<kube::IssuedToken>> request_token(kube::Key account, kube::TokenRequest request) override {
    return around_("create", "serviceaccounts/token", inner_->request_token(std::move(account), std::move(request)));
  }
  Task<Result<bool>> serves(kube::Resource resource) override {
    return around_("get", "discovery", inner_->serves(resource));
  }
  Task<Result<std::vector<kube::ServedKind>>> kinds_of(std::string version) override {
    return around_("get", "discovery", inner_->kinds_of(std::move(version)));
  }

 private:
  static std::string name(const kube::Resource& resource, const kube::WriteOptions& options = {}) {
    std::string out(resource.plural);
    if (!options.subresource.empty()) out += "/" + options.subresource;
    return out;
  }

  std::unique_ptr<kube::Client> inner_;
  Around around_;
};

}  // namespace rotor::test
