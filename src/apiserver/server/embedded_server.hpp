// The embedded API server: an in-memory Kubernetes API on loopback over TLS, on a thread and loop of its own, reached
// only over its socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apiserver/registry/admission.hpp"
#include "apiserver/server/faults.hpp"
#include "apiserver/server/log_source.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::apiserver {

struct EmbeddedConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;      // 0: the system picks one
  std::string directory{};     // where `kubeconfig` and `ca.crt` are written; made when absent; "": nothing is written
  std::size_t history = 4096;  // changes kept for each resource, for watches that come back
  std::shared_ptr<const LogSource> logs{};  // of whoever runs pods; none: nobody does
  Admission admission{};                    // asked on the server's thread; none: everything valid is stored
};

class EmbeddedServer {
 public:
  // kUnavailable when the port is taken or the directory is in use by another run, kDenied when the directory is not
  // safely ours: the message says what to do.
  static Result<std::unique_ptr<EmbeddedServer>> start(EmbeddedConfig config);
  virtual ~EmbeddedServer() = default;  // stops

  virtual std::uint16_t port() const = 0;
  virtual std::string url() const = 0;  // https://127.0.0.1:PORT
  virtual const std::string& ca_pem() const = 0;
  virtual const SecretBytes& token() const = 0;
  virtual SecretBytes kubeconfig() const = 0;              // the text, with CA and token inside
  virtual const std::string& kubeconfig_path() const = 0;  // "" without a directory

  // Looks whether the directory, its lock and its files are still the ones that were made, and makes good what is not.
  // Answers with a sentence about what was found and done, "" when all is well. Called from time to time by the owner.
  virtual std::string keep_files() = 0;
  // Deletes the directory, unless another one stands in its place.
  virtual void remove_files() = 0;

  virtual Faults& faults() = 0;

  // Requests served so far by verb and resource ("secrets", "externalsecrets/status"); reads and writes of every
  // client.
  struct Count {
    std::string verb, resource, user_agent;
    std::uint64_t times = 0;
  };
  virtual std::vector<Count> requests() const = 0;
};

}  // namespace rotor::apiserver
