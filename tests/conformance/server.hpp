// The API server under test: the one that ROTOR_CONFORMANCE_KUBECONFIG leads to, else the embedded one. The same suite
// runs on a real kube-apiserver and on ours, so that ours cannot drift.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "json/document.hpp"
#include "kube/client/client.hpp"
#include "kube/client/config.hpp"
#include "net/http.hpp"

namespace rotor::conformance {

using json::Value;
using kube::Key;
using kube::PatchType;
using kube::Resource;

inline constexpr Resource kConfigMaps{"", "v1", "configmaps", "ConfigMap", true};
inline constexpr Resource kSecrets{"", "v1", "secrets", "Secret", true};
inline constexpr Resource kNamespaces{"", "v1", "namespaces", "Namespace", false};
inline constexpr Resource kServices{"", "v1", "services", "Service", true};
inline constexpr Resource kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
inline constexpr Resource kStatefulSets{"apps", "v1", "statefulsets", "StatefulSet", true};
inline constexpr Resource kEvents{"", "v1", "events", "Event", true};
inline constexpr Resource kWidgets{"conformance.rotor.dev", "v1", "widgets", "Widget", true};
inline constexpr Resource kGauges{"conformance.rotor.dev", "v1", "gauges", "Gauge", true};
inline constexpr Resource kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                                false};

// The connection, made once for the whole program.
class Server {
 public:
  static Server* instance();

  kube::Client& client() { return *client_; }
  const kube::ConnectionConfig& config() const { return config_; }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> answer;
    std::exception_ptr failure;
    boost::asio::co_spawn(io_, std::move(task), [&](std::exception_ptr error, T value) {
      failure = error;
      if (!error) answer.emplace(std::move(value));
    });
    io_.restart();
    while (!answer && !failure && io_.run_one() > 0) {
    }
    if (failure) std::rethrow_exception(failure);
    if (!answer) throw std::logic_error("the task ended without an answer");
    return std::move(*answer);
  }
  void pause(std::chrono::milliseconds time);

  struct Answer {
    int status = 0;
    std::string type;  // Content-Type
    Value body;
    std::vector<std::string> warnings;
  };
  // An exchange that the client's interface has no words for.
  Answer raw(std::string method, std::string path, std::string body = {}, std::string accept = "application/json",
             std::string content_type = "application/json");
  // The path and headers as given, nothing added.
  Answer send(net::Request request);

 private:
  explicit Server(kube::ConnectionConfig config);
  void install(std::string_view file, const Resource& resource);

  kube::ConnectionConfig config_;
  SystemClock clock_;
  boost::asio::io_context io_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<kube::Client> client_;
};

// A namespace of its own for each test.
class Conformance : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  Key key(std::string_view name) const { return {ns, std::string(name)}; }
  Value must(Result<Value> result) const;  // fails the test and answers null on an error

  Result<Value> create(Resource resource, std::string text, kube::WriteOptions options = {});
  Result<Value> get(Resource resource, std::string_view name);
  Result<Value> update(Resource resource, std::string_view name, const Value& object, kube::WriteOptions options = {});
  Result<Value> patch(Resource resource, std::string_view name, PatchType type, std::string text,
                      kube::WriteOptions options = {});
  Result<Value> apply(Resource resource, std::string_view name, std::string text, std::string manager,
                      bool force = false);
  Result<void> remove(Resource resource, std::string_view name, kube::DeleteOptions options = {});
  Server::Answer raw(std::string method, std::string path, std::string body = {},
                     std::string accept = "application/json", std::string content_type = "application/json");
  std::string ns_path(std::string_view rest) const;  // /api/v1/namespaces/NS/rest

  // Until the object is gone; false after some seconds.
  bool goes_away(Resource resource, std::string_view name);
  // Names of a list, in order.
  std::vector<std::string> names(Resource resource, kube::ListOptions options = {});
  std::string version() { return list_version(kConfigMaps); }
  std::string list_version(Resource resource);

  // The next event that is not a bookmark; a test failure when none comes.
  std::optional<kube::WatchEvent> next_event(kube::WatchStream& stream);
  std::unique_ptr<kube::WatchStream> watch(Resource resource, std::string from, kube::ListOptions options = {});

  std::string ns;
  Server* server = nullptr;
};

// {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":NAME},"data":{…}}
std::string config_map(std::string_view name, std::string_view data = R"({"a":"1"})", std::string_view meta = "");
std::string widget(std::string_view name, std::string_view spec = R"({"size":1})", std::string_view meta = "");
std::string stateful_set(std::string_view name, std::string_view image = "one");

std::string text_at(const Value& value, std::string_view path);
std::int64_t number_at(const Value& value, std::string_view path);
std::string compact(const Value* value);  // keys sorted; "absent" for null
// The fields a manager owns, as display paths; empty when it owns none.
std::vector<std::string> owned(const Value& object, std::string_view manager, std::string_view operation,
                               std::string_view subresource = {});

}  // namespace rotor::conformance
