#include "providers/kubernetes/shared_http.hpp"

#include <utility>

#include <fmt/format.h>

namespace rotor::providers::kubernetes {
namespace {

constexpr int kUnauthorized = 401;

class Borrowed final : public net::HttpClient {
 public:
  explicit Borrowed(std::shared_ptr<net::HttpClient> client) : client_(std::move(client)) {}

  Task<Result<net::Response>> send(net::Request request, net::CallOptions options) override {
    co_return co_await client_->send(std::move(request), options);
  }
  Task<Result<net::StreamResponse>> open(net::Request request, net::CallOptions options) override {
    co_return co_await client_->open(std::move(request), options);
  }

 private:
  std::shared_ptr<net::HttpClient> client_;
};

class WithAccount final : public net::HttpClient {
 public:
  WithAccount(std::shared_ptr<net::HttpClient> client, ServiceAccounts& accounts, ReferenceGate& gate,
              ServiceAccounts::Wish wish)
      : client_(std::move(client)), accounts_(accounts), gate_(gate), wish_(std::move(wish)) {}

  Task<Result<net::Response>> send(net::Request request, net::CallOptions options) override {
    for (bool last = false;; last = true) {
      CO_TRY(const ServiceAccountTokenPtr token, co_await accounts_.token(gate_, wish_));
      Result<net::Response> response = co_await client_->send(signed_by(request, *token), options);
      if (!replace(response, token) || last) co_return std::move(response);
    }
  }

  Task<Result<net::StreamResponse>> open(net::Request request, net::CallOptions options) override {
    for (bool last = false;; last = true) {
      CO_TRY(const ServiceAccountTokenPtr token, co_await accounts_.token(gate_, wish_));
      Result<net::StreamResponse> response = co_await client_->open(signed_by(request, *token), options);
      if (!replace(response, token) || last) co_return std::move(response);
    }
  }

 private:
  static net::Request signed_by(net::Request request, const ServiceAccountToken& token) {
    request.headers.push_back({"Authorization", fmt::format("Bearer {}", token.token.reveal())});
    return request;
  }

  // Whether another token would do better.
  template <class Response>
  bool replace(const Result<Response>& response, const ServiceAccountTokenPtr& token) {
    if (!response) return false;
    if (response->status == kUnauthorized) return accounts_.refused(wish_, token);
    token->served = true;
    return false;
  }

  std::shared_ptr<net::HttpClient> client_;
  ServiceAccounts& accounts_;
  ReferenceGate& gate_;
  ServiceAccounts::Wish wish_;
};

}  // namespace

std::unique_ptr<net::HttpClient> borrow(std::shared_ptr<net::HttpClient> client) {
  return std::make_unique<Borrowed>(std::move(client));
}

std::unique_ptr<net::HttpClient> log_in_as(std::shared_ptr<net::HttpClient> client, ServiceAccounts& accounts,
                                           ReferenceGate& gate, ServiceAccounts::Wish wish) {
  return std::make_unique<WithAccount>(std::move(client), accounts, gate, std::move(wish));
}

}  // namespace rotor::providers::kubernetes
