// What flags decide about the External Secrets controllers.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/duration.hpp"
#include "kube/object/namespaces.hpp"
#include "template/language/parser.hpp"

namespace rotor::secrets {

struct Options {
  std::string controller_class = "default";
  std::string operator_namespace = "default";  // where the digest key lives
  kube::Namespaces watched{};                  // all: then ClusterSecretStores are read as well
  int workers = 64;
  Duration store_interval = std::chrono::minutes(5);  // re-validation of stores that do not say
  // The shortest interval that an object may ask for: each costs calls to a store.
  Duration least_interval = std::chrono::seconds(1);
  // A refresh that found nothing new but the time is told in status at most this often; zero: each time.
  Duration least_status_interval{};
  std::optional<int> store_calls{};      // a store may get on average, a second; 0: no bound; nullopt: its back end's
  bool cluster_stores = true;            // off: nobody here touches what reads from a ClusterSecretStore
  bool namespaced_stores = true;         // off: SecretStores are used, and validated by somebody else
  bool cluster_external_secrets = true;  // --enable-cluster-external-secret-reconciler; never when not all are watched
  bool flood_gate = true;                // a store that is not Ready is not asked
  bool extended_metric_labels = false;   // series of objects show their app.kubernetes.io labels
  bool generic_targets = false;          // spec.target.manifest may name any kind that this process may write
  std::string no_tokens{};               // not empty: why no ServiceAccount token can be had here
  bool allow_controller_identity = false;              // namespaced stores may use the controller's own cloud identity
  bool generator_state = true;                         // what generators leave behind at servers is kept on record
  Duration generator_grace = std::chrono::minutes(2);  // before what was replaced is taken back
  tmpl::Delimiters delimiters{};                       // of spec.target.template; rewrite.transform has {{ }} always
};

}  // namespace rotor::secrets
