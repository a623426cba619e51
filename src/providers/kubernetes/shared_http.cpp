#include "providers/kubernetes/shared_http.hpp"

#include <utility>

namespace rotor::providers::kubernetes {
namespace {

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

}  // namespace

std::unique_ptr<net::HttpClient> borrow(std::shared_ptr<net::HttpClient> client) {
  return std::make_unique<Borrowed>(std::move(client));
}

}  // namespace rotor::providers::kubernetes
