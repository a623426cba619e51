#include "apiserver/server/embedded_server.hpp"

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "apiserver/http/serve.hpp"
#include "apiserver/server/run_directory.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "net/certificates.hpp"

namespace rotor::apiserver {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::hours kLifetime{24 * 365};
constexpr std::chrono::seconds kBackdated{300};  // a client's clock may be a little behind

SecretBytes make_token() { return SecretBytes(hex_encode(random_bytes(24))); }

std::string in_brackets(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

class Server final : public EmbeddedServer {
 public:
  Server(EmbeddedConfig config, std::optional<RunDirectory> directory)
      : config_(std::move(config)),
        directory_(std::move(directory)),
        token_(make_token()),
        guard_(io_.get_executor()) {}

  ~Server() override {
    faults_.set_on_watches({});
    asio::post(io_, [this] {
      if (http_ != nullptr) http_->stop();
      io_.stop();
    });
    if (thread_.joinable()) thread_.join();
    http_.reset();  // its listener belongs to the loop
  }

  Result<void> open() {
    const WallTime now = clock_.now() - kBackdated;
    const net::KeyPair ca = net::make_ca("rotor embedded API server CA", now, kLifetime);
    ca_pem_ = ca.certificate_pem;
    net::KeyPair own = net::issue_certificate(
        ca, "kube-apiserver", {config_.address, "127.0.0.1", "::1", "localhost", "kubernetes.default.svc"}, now,
        kLifetime);
    net::ServerConfig listen{.address = config_.address, .port = config_.port};
    listen.certificate_pem = std::move(own.certificate_pem);
    listen.key_pem = std::move(own.key_pem);
    listen.wants_body = [this](const net::ServerRequest& head) { return api_->knows(head); };
    auto http = net::start_server(io_.get_executor(), std::move(listen),
                                  [this](net::ServerRequest request, net::ServerResponse& response) {
                                    return serve_request(*serving_, std::move(request), response);
                                  });
    if (!http) return std::unexpected(std::move(http).error().prefixed("the embedded API server"));
    http_ = *std::move(http);
    // No request is served before run(): the address, which tokens carry, is known only now.
    const auto first = std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
    Api::Options options{.address = fmt::format("{}:{}", in_brackets(config_.address), http_->port()),
                         .token = token_,
                         .store = {.first_revision = static_cast<std::uint64_t>(first), .history = config_.history},
                         .logs = config_.logs,
                         .admission = config_.admission};
    api_.emplace(clock_, std::move(options), [this] { asio::post(io_, [this] { api_->run_controllers(); }); });
    serving_.emplace(Serving{.api = *api_, .faults = faults_, .clock = clock_});
    faults_.set_on_watches([this](std::string resource, bool expired) {
      asio::post(io_, [this, resource = std::move(resource), expired] { serving_->end_watches(resource, expired); });
    });
    return write_files();
  }

  void run() {
    thread_ = std::thread([this] { io_.run(); });
  }

  std::uint16_t port() const override { return http_->port(); }
  std::string url() const override { return fmt::format("https://{}:{}", in_brackets(config_.address), port()); }
  const std::string& ca_pem() const override { return ca_pem_; }
  const SecretBytes& token() const override { return token_; }
  const std::string& kubeconfig_path() const override { return kubeconfig_path_; }
  Faults& faults() override { return faults_; }

  std::string keep_files() override {
    const std::string damage = directory_ ? directory_->damage() : std::string();
    if (damage.empty()) return {};
    Result<void> restored = directory_->restore();
    if (restored) restored = write_files();
    if (restored)
      return fmt::format("the state directory {} {}: made good, kubeconfig included", directory_path(), damage);
    return fmt::format("the state directory {} {}: kubectl does not reach this run through it any more ({})",
                       directory_path(), damage, restored.error().message);
  }

  void remove_files() override {
    if (directory_) directory_->remove();
  }

  SecretBytes kubeconfig() const override {
    SecretBytes out(
        fmt::format("apiVersion: v1\nkind: Config\nclusters:\n- name: rotor\n  cluster:\n    server: {}\n"
                    "    certificate-authority-data: {}\ncontexts:\n- name: rotor\n  context:\n    cluster: rotor\n"
                    "    user: rotor\n    namespace: default\ncurrent-context: rotor\nusers:\n- name: rotor\n  user:\n"
                    "    token: ",
                    url(), base64_encode(ca_pem_)));
    out.append(token_.reveal());
    out.append("\n");
    return out;
  }

  std::vector<Count> requests() const override {
    std::vector<Count> out;
    for (const auto& [key, times] : api_->counts()) out.push_back({key.verb, key.resource, key.user_agent, times});
    return out;
  }

 private:
  std::string directory_path() const { return directory_->path_of(""); }

  Result<void> write_files() {
    if (!directory_) return {};
    TRY_VOID(directory_->write("ca.crt", SecretBytes(ca_pem_)));
    TRY_VOID(directory_->write("kubeconfig", kubeconfig()));
    kubeconfig_path_ = directory_->path_of("kubeconfig");
    return {};
  }

  EmbeddedConfig config_;
  std::optional<RunDirectory> directory_;
  SecretBytes token_;
  std::string ca_pem_;
  std::string kubeconfig_path_;
  SystemClock clock_;
  Faults faults_;
  // What lives on the loop's thread; the loop goes first, with every coroutine that is still in it.
  std::optional<Api> api_;
  std::optional<Serving> serving_;
  std::unique_ptr<net::HttpServer> http_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<EmbeddedServer>> EmbeddedServer::start(EmbeddedConfig config) {
  std::optional<RunDirectory> directory;
  if (!config.directory.empty()) {
    TRY(RunDirectory claimed, RunDirectory::claim(config.directory));
    directory.emplace(std::move(claimed));
  }
  auto server = std::make_unique<Server>(std::move(config), std::move(directory));
  if (auto opened = server->open(); !opened) {
    server->remove_files();  // of a run that never was
    return std::unexpected(std::move(opened).error());
  }
  server->run();
  return server;
}

}  // namespace rotor::apiserver
