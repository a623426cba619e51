#include "kube/client/text_reader.hpp"

#include <fmt/format.h>

#include "kube/client/credentials.hpp"
#include "kube/client/status.hpp"

namespace rotor::kube {
namespace {

constexpr net::CallOptions kPatient{.deadline = std::chrono::seconds(30), .max_body = std::size_t{32} << 20};

class HttpTextReader final : public TextReader {
 public:
  HttpTextReader(std::unique_ptr<net::HttpClient> http, Clock& clock, ConnectionConfig config)
      : http_(std::move(http)),
        server_(std::move(config.server)),
        token_(clock, std::move(config.token), std::move(config.token_file)) {}

  Task<Result<std::string>> read(std::string path) override {
    net::Request request{.url = server_ + path};
    request.headers.push_back({"Accept", "*/*"});
    CO_TRY(const SecretBytes token, token_.token());
    if (!token.empty()) request.headers.push_back({"Authorization", fmt::format("Bearer {}", token.reveal())});
    CO_TRY(const net::Response answer, co_await http_->send(std::move(request), kPatient));
    if (answer.status == 200) co_return std::string(answer.body.reveal());
    // What a pod answers behind the proxy may be anything: only a Status of the API server has words for us.
    Status status = read_status(answer.status, answer.body.reveal());
    const Code code = code_of(status);
    if (status.message.empty()) status.message = fmt::format("it was answered with {}", answer.status);
    co_return fail(code, std::move(status.message));
  }

 private:
  std::unique_ptr<net::HttpClient> http_;
  std::string server_;
  TokenSource token_;
};

}  // namespace

std::unique_ptr<TextReader> make_text_reader_on(std::unique_ptr<net::HttpClient> http, Clock& clock,
                                                ConnectionConfig config) {
  return std::make_unique<HttpTextReader>(std::move(http), clock, std::move(config));
}

Result<std::unique_ptr<TextReader>> make_text_reader(Executor executor, Clock& clock, ConnectionConfig config,
                                                     std::string user_agent) {
  net::ClientConfig http{
      .tls = config.tls, .proxy = net::proxy_from_environment(), .user_agent = std::move(user_agent)};
  if (!config.proxy_url.empty()) http.proxy = {.https_proxy = config.proxy_url, .http_proxy = config.proxy_url};
  TRY(auto client, net::make_http_client(std::move(executor), clock, std::move(http)));
  return make_text_reader_on(std::move(client), clock, std::move(config));
}

}  // namespace rotor::kube
