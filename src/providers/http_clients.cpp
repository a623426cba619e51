#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "providers/services.hpp"

namespace rotor::providers {
namespace {

constexpr std::string_view kTrustedStores =
    "what listens there is the controller's own, which a ClusterSecretStore may use, or a SecretStore where the "
    "controller was started with --allow-controller-identity";

class SharedHttpClients final : public HttpClients {
 public:
  SharedHttpClients(Executor executor, Clock& clock, std::string user_agent)
      : executor_(std::move(executor)), clock_(clock), user_agent_(std::move(user_agent)) {}

  Result<std::shared_ptr<net::HttpClient>> get(net::TlsConfig tls, net::Reach reach) override {
    if (clients_.size() > 2 * kKept) std::erase_if(clients_, [](const auto& entry) { return entry.second.expired(); });
    auto& slot = clients_[identity(tls, reach)];
    if (const auto alive = slot.lock()) return alive;
    net::ClientConfig config;
    config.tls = std::move(tls);
    config.reach = reach;
    if (reach == net::Reach::kRemote) config.beyond_reach = kTrustedStores;
    config.proxy = net::proxy_from_environment();
    config.user_agent = user_agent_;
    TRY(std::shared_ptr<net::HttpClient> client, net::make_http_client(executor_, clock_, std::move(config)));
    slot = client;
    remember(client);
    return client;
  }

 private:
  // Of digests, so that no key material is kept as a map's key. Most configurations say nothing of most parts.
  std::string identity(const net::TlsConfig& tls, net::Reach reach) {
    std::string parts(1, static_cast<char>('0' + static_cast<int>(reach)));
    parts += tls.check_server ? 'c' : 'u';
    const auto add = [&parts](std::string_view digest) { parts.append(digest.empty() ? "-" : "+").append(digest); };
    add(digest_of_authorities(tls.ca_pem));
    for (const std::string_view part :
         {std::string_view(tls.certificate_pem), tls.key_pem.reveal(), std::string_view(tls.server_name)}) {
      add(part.empty() ? std::string() : sha256(part));
    }
    return parts;
  }

  // A bundle may be long, and every call of a store with one asks.
  std::string_view digest_of_authorities(const std::string& pem) {
    if (pem.empty()) return {};
    const auto known = authorities_.find(pem);
    if (known != authorities_.end()) return known->second;
    if (authorities_.size() >= kKept) authorities_.clear();
    return authorities_.emplace(pem, sha256(pem)).first->second;
  }

  // A client lives on for a while after its last user, so that its connections are used again by the next reconcile.
  void remember(std::shared_ptr<net::HttpClient> client) {
    recent_.push_back(std::move(client));
    if (recent_.size() > kKept) recent_.erase(recent_.begin());
  }

  static constexpr std::size_t kKept = 64;
  Executor executor_;
  Clock& clock_;
  std::string user_agent_;
  std::map<std::string, std::weak_ptr<net::HttpClient>> clients_;
  std::vector<std::shared_ptr<net::HttpClient>> recent_;
  std::map<std::string, std::string> authorities_;  // PEM to digest
};

}  // namespace

std::unique_ptr<HttpClients> make_http_clients(Executor executor, Clock& clock, std::string user_agent) {
  return std::make_unique<SharedHttpClients>(std::move(executor), clock, std::move(user_agent));
}

}  // namespace rotor::providers
