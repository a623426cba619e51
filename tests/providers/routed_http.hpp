// Every address of the world leads to one server on loopback, which is told whom it stands for: what a provider asks of
// a vendor's own hosts is seen as it would be sent.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "net/url.hpp"
#include "providers/services.hpp"

namespace rotor::test {

inline constexpr std::string_view kAsked = "X-Asked";  // "https://sts.googleapis.com"

class RoutedClient final : public net::HttpClient {
 public:
  RoutedClient(std::shared_ptr<net::HttpClient> inner, std::string server)
      : inner_(std::move(inner)), server_(std::move(server)) {}

  Task<Result<net::Response>> send(net::Request request, net::CallOptions options = {}) override {
    CO_TRY(const net::Url url, net::parse_url(request.url));
    if (!request.url.starts_with("http://127.0.0.1:")) {
      request.headers.push_back({std::string(kAsked), url.scheme + "://" + url.host_header()});
      request.url = server_ + url.target;
    }
    auto response = co_await inner_->send(std::move(request), options);
    co_return std::move(response);
  }
  Task<Result<net::StreamResponse>> open(net::Request, net::CallOptions = {}) override {
    co_return fail(Code::kInternal, "no streams here");
  }

 private:
  std::shared_ptr<net::HttpClient> inner_;
  std::string server_;
};

class RoutedClients final : public providers::HttpClients {
 public:
  RoutedClients(std::unique_ptr<providers::HttpClients> inner, std::string server)
      : inner_(std::move(inner)), server_(std::move(server)) {}

  // The server stands on loopback, wherever the call wanted to go.
  Result<std::shared_ptr<net::HttpClient>> get(net::TlsConfig tls, net::Reach /*reach*/) override {
    TRY(std::shared_ptr<net::HttpClient> client, inner_->get(std::move(tls), net::Reach::kAnywhere));
    return std::make_shared<RoutedClient>(std::move(client), server_);
  }

 private:
  std::unique_ptr<providers::HttpClients> inner_;
  std::string server_;
};

}  // namespace rotor::test
