// Where the API server is and who we are to it: kubeconfig files and the in-cluster mount.
// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "kube/client/client.hpp"
#include "net/http.hpp"

namespace rotor {
class MetricsRegistry;
}

namespace rotor::kube {

class Fence;

struct ConnectionConfig {
  std::string server{};  // https://host:port, no trailing slash
  net::TlsConfig tls{};
  SecretBytes token{};       // empty when there is none
  std::string token_file{};  // re-read at least once a minute
  std::string ns{};          // the context's namespace; empty when it names none
  std::string proxy_url{};   // the cluster entry's own; empty: the environment's
};

// A kubeconfig that came with a manifest or from ourselves: the server is always checked, and one that asks otherwise
// is refused. kInvalid names the file and the entry; exec plug-ins and auth providers are answered with what to use
// instead.
Result<ConnectionConfig> parse_kubeconfig(std::string_view text, std::string_view path, std::string_view context = {});

// The ServiceAccount's mount folder and KUBERNETES_SERVICE_HOST/_PORT.
Result<ConnectionConfig> in_cluster_connection(std::string_view mount);

// `flag`, then $KUBECONFIG, then in-cluster, then ~/.kube/config. A file of the person's own may say
// insecure-skip-tls-verify: honoured, with a warning in the log that names the file.
Result<ConnectionConfig> find_connection(const std::optional<std::string>& flag);

// `user_agent` is also the default field manager's name. `metrics`: where its requests are counted; null: nowhere.
// `fence`: what its writes have to pass; null: nothing.
Result<std::unique_ptr<Client>> make_client(Executor executor, Clock& clock, ConnectionConfig config,
                                            std::string user_agent, MetricsRegistry* metrics = nullptr,
                                            const Fence* fence = nullptr);

}  // namespace rotor::kube
