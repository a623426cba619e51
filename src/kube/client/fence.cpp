#include "kube/client/fence.hpp"

#include <algorithm>

namespace rotor::kube {
namespace {

using std::chrono::milliseconds;

class FencedHttp final : public net::HttpClient {
 public:
  FencedHttp(std::unique_ptr<net::HttpClient> inner, const Fence& fence) : inner_(std::move(inner)), fence_(fence) {}

  Task<Result<net::Response>> send(net::Request request, net::CallOptions options) override {
    CO_TRY(options, let_through(request, options));
    co_return co_await inner_->send(std::move(request), options);
  }
  Task<Result<net::StreamResponse>> open(net::Request request, net::CallOptions options) override {
    CO_TRY(options, let_through(request, options));
    co_return co_await inner_->open(std::move(request), options);
  }

 private:
  Result<net::CallOptions> let_through(const net::Request& request, net::CallOptions options) const {
    if (request.method == "GET") return options;
    const auto left = std::chrono::floor<milliseconds>(fence_.left());
    if (left <= milliseconds::zero()) {
      return fail(Code::kUnavailable, "nothing is written: this replica does not hold the lease");
    }
    options.deadline = std::min(options.deadline, left);
    return options;
  }

  std::unique_ptr<net::HttpClient> inner_;
  const Fence& fence_;
};

}  // namespace

std::unique_ptr<net::HttpClient> fence_writes(std::unique_ptr<net::HttpClient> inner, const Fence& fence) {
  return std::make_unique<FencedHttp>(std::move(inner), fence);
}

}  // namespace rotor::kube
