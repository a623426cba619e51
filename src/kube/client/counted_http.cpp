#include "kube/client/counted_http.hpp"

#include "net/url.hpp"

namespace rotor::kube {
namespace {

class CountedHttp final : public net::HttpClient {
 public:
  CountedHttp(std::unique_ptr<net::HttpClient> inner, MetricsRegistry& metrics)
      : inner_(std::move(inner)),
        requests_(
            metrics.counter("rest_client_requests_total", "Requests to the API server.", {"code", "method", "host"})) {}

  Task<Result<net::Response>> send(net::Request request, net::CallOptions options) override {
    Labels labels = labels_of(request);
    auto answer = co_await inner_->send(std::move(request), options);
    count(std::move(labels), answer ? answer->status : 0);
    co_return answer;
  }
  Task<Result<net::StreamResponse>> open(net::Request request, net::CallOptions options) override {
    Labels labels = labels_of(request);
    auto answer = co_await inner_->open(std::move(request), options);
    count(std::move(labels), answer ? answer->status : 0);
    co_return answer;
  }

 private:
  struct Labels {
    std::string method, host;
  };
  static Labels labels_of(const net::Request& request) {
    const auto url = net::parse_url(request.url);
    return {request.method, url ? url->host_header() : std::string()};
  }
  // 0: there was no answer.
  void count(Labels labels, int status) {
    requests_.with({status == 0 ? "<error>" : std::to_string(status), std::move(labels.method), std::move(labels.host)})
        .add();
  }

  std::unique_ptr<net::HttpClient> inner_;
  Family<Counter>& requests_;
};

}  // namespace

std::unique_ptr<net::HttpClient> count_requests(std::unique_ptr<net::HttpClient> inner, MetricsRegistry& metrics) {
  return std::make_unique<CountedHttp>(std::move(inner), metrics);
}

}  // namespace rotor::kube
