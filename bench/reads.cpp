// One back end read over and over, as bench/stores.py asks for it: CPU, latency and memory of a read, and of the bare
// exchange beside it. Prints one line of JSON.
//
//   bench_reads PLAN.json
//
// PLAN.json: {"provider": "vault", "block": {…}, "secrets": {"name/key": "…"}, "key": "…", "property": "…",
//             "reads": 2000, "bare": {"url": "…", "header": "X-Vault-Token", "value": "…", "ca": "…"}, "stores": [{…}]}
// `bare`: the same exchange by the HTTP client alone. `stores`: further blocks, each opened and read once.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/activities.hpp"
#include "base/metrics.hpp"
#include "cli/providers.hpp"
#include "json/document.hpp"
#include "providers/kept_clients.hpp"

namespace rotor {
namespace {

using std::chrono::microseconds;

// What the manifests' references lead to.
class PlanGate final : public providers::ReferenceGate {
 public:
  explicit PlanGate(const json::Value& secrets) : secrets_(secrets) {}
  Task<Result<SecretBytes>> secret_value(providers::Scope, api::es::SecretKeySelector ref) override {
    const json::Value* found = json::find(secrets_, ref.name + "/" + ref.key);
    if (found == nullptr) co_return fail(Code::kInvalid, "the plan holds no " + ref.name + "/" + ref.key);
    co_return SecretBytes(std::string_view(found->as_string()));
  }
  Task<Result<kube::StringMap>> config_map(providers::Scope, std::string, std::optional<std::string>) override {
    co_return fail(Code::kInvalid, "no ConfigMaps");
  }
  Task<Result<kube::StringMap>> service_account_annotations(providers::Scope,
                                                            api::es::ServiceAccountSelector) override {
    co_return fail(Code::kInvalid, "no ServiceAccounts");
  }
  Task<Result<std::vector<std::string>>> service_account_secrets(providers::Scope,
                                                                 api::es::ServiceAccountSelector) override {
    co_return fail(Code::kInvalid, "no ServiceAccounts");
  }
  Task<Result<kube::IssuedToken>> service_account_token(providers::Scope, api::es::ServiceAccountSelector,
                                                        kube::TokenRequest) override {
    co_return fail(Code::kInvalid, "no ServiceAccounts");
  }

 private:
  const json::Value& secrets_;
};

std::int64_t cpu_us() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& t) { return t.tv_sec * 1'000'000LL + t.tv_usec; };
  return us(used.ru_utime) + us(used.ru_stime);
}

std::int64_t resident_kib() {
  std::ifstream in("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

struct Figures {
  double cpu_us = 0;
  std::int64_t p50_us = 0;
  std::int64_t p99_us = 0;
};

// `once` is done `count` times, one after the other.
Task<Result<Figures>> measure(std::size_t count, std::function<Task<Result<void>>()> once) {
  std::vector<std::int64_t> took;
  took.reserve(count);
  const std::int64_t cpu = cpu_us();
  for (std::size_t i = 0; i < count; ++i) {
    const auto began = std::chrono::steady_clock::now();
    CO_TRY_VOID(co_await once());
    took.push_back(std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began).count());
  }
  const double each = static_cast<double>(cpu_us() - cpu) / static_cast<double>(count);
  std::ranges::sort(took);
  co_return Figures{each, took[count / 2], took[count * 99 / 100]};
}

std::string text(const Figures& figures) {
  return fmt::format(R"({{"cpu_us":{:.1f},"p50_us":{},"p99_us":{}}})", figures.cpu_us, figures.p50_us, figures.p99_us);
}

class Bench {
 public:
  Bench(boost::asio::io_context& io, const json::Value& plan)
      : plan_(plan),
        block_(json::serialize(*json::find(plan, "block"))),
        gate_(*json::find(plan, "secrets")),
        http_(providers::make_http_clients(io.get_executor(), clock_, "rotor-bench")),
        calls_(providers::make_call_counter(metrics_)),
        registry_(cli::make_providers({io.get_executor(), clock_, *http_, *calls_, [](std::string_view name) {
                                         const char* value = std::getenv(std::string(name).c_str());
                                         return value == nullptr ? std::nullopt : std::optional<std::string>(value);
                                       }})) {}

  Task<> run() {
    const auto done = co_await measured();
    if (!done) std::fprintf(stderr, "bench_reads: %s\n", done.error().message.c_str());
    failed = !done;
  }
  bool failed = false;

 private:
  // As the pass of an object opens its store, whose text it has. One number, one store.
  Task<Result<providers::KeptClients::ClientPtr>> open(std::string block, std::size_t number) {
    providers::Store store;
    store.kind = "SecretStore";
    store.ns = "bench";
    store.name = fmt::format("bench-{}", number);
    store.provider = std::string(json::find_string(plan_, "provider"));
    store.config = {std::move(block)};
    providers::Provider* provider = registry_.find(store.provider);
    if (provider == nullptr) co_return fail(Code::kInvalid, "no such provider");
    std::string identity = store.name;
    co_return co_await clients_.open(
        *provider, std::move(identity),
        {.store = std::move(store), .consumer_ns = "bench", .gate = gate_, .allow_controller_identity = true});
  }

  Task<Result<void>> read(providers::SecretsClient& client) {
    api::es::RemoteRef ref;
    ref.key = std::string(json::find_string(plan_, "key"));
    ref.property = std::string(json::find_string(plan_, "property"));
    const auto got = co_await client.get_secret(std::move(ref));
    if (got.found()) co_return Result<void>();
    if (got.absent()) co_return fail(Code::kInvalid, got.absence().what);
    co_return std::unexpected(got.error());
  }

  // A whole pass of an object: client, read, close.
  Task<Result<void>> pass() {
    CO_TRY(const auto client, co_await open(block_, 0));
    CO_TRY_VOID(co_await read(*client));
    co_await client->close();
    co_return Result<void>();
  }

  Task<Result<void>> exchange(std::shared_ptr<net::HttpClient> client) {
    net::Request request{.url = std::string(json::find_string(plan_, "bare.url")),
                         .headers = {{std::string(json::find_string(plan_, "bare.header")),
                                      std::string(json::find_string(plan_, "bare.value"))}}};
    CO_TRY(const net::Response response, co_await client->send(std::move(request)));
    if (response.status == 200) co_return Result<void>();
    co_return fail(Code::kUnavailable, fmt::format("the bare exchange: {}", response.status));
  }

  Task<Result<Figures>> bare(std::size_t count) {
    net::TlsConfig tls;
    tls.ca_pem = std::string(json::find_string(plan_, "bare.ca"));
    CO_TRY(auto client, http_->get(std::move(tls), net::Reach::kAnywhere));
    CO_TRY_VOID(co_await exchange(client));
    co_return co_await measure(count, [this, client] { return exchange(client); });
  }

  Task<Result<void>> measured() {
    const auto reads = static_cast<std::size_t>(json::find(plan_, "reads")->to_number<std::int64_t>());
    CO_TRY_VOID(co_await pass());  // connection and login
    CO_TRY(const Figures figures, co_await measure(reads, [this] { return pass(); }));
    std::string line = fmt::format(R"({{"read":{})", text(figures));
    if (json::find(plan_, "bare") != nullptr) {
      CO_TRY(const Figures alone, co_await bare(reads));
      line += fmt::format(R"(,"bare":{})", text(alone));
    }
    const std::int64_t before = resident_kib();
    const json::Value* stores = json::find(plan_, "stores");
    const std::size_t count = stores == nullptr ? 0 : stores->as_array().size();
    for (std::size_t i = 0; i < count; ++i) {
      CO_TRY(const auto client, co_await open(json::serialize(stores->as_array()[i]), i + 1));
      CO_TRY_VOID(co_await read(*client));
    }
    if (count > 0) {
      line += fmt::format(R"(,"kib_per_store":{:.1f})",
                          static_cast<double>(resident_kib() - before) / static_cast<double>(count));
    }
    std::printf("%s}\n", line.c_str());
    co_return Result<void>();
  }

  const json::Value& plan_;
  std::string block_;
  SystemClock clock_;
  PlanGate gate_;
  MetricsRegistry metrics_;
  std::unique_ptr<providers::HttpClients> http_;
  std::unique_ptr<providers::CallCounter> calls_;
  providers::ProviderRegistry registry_;
  providers::KeptClients clients_{clock_};
};

int run(const char* path) {
  std::ifstream in(path);
  const std::string plan_text{std::istreambuf_iterator<char>(in), {}};
  const auto plan = json::parse(plan_text);
  if (!plan) {
    std::fprintf(stderr, "bench_reads: %s: %s\n", path, plan.error().message.c_str());
    return 1;
  }
  boost::asio::io_context io(1);
  Bench bench(io, *plan);
  run_to_end(io, bench.run(), std::chrono::minutes(10));
  return bench.failed ? 1 : 0;
}

}  // namespace
}  // namespace rotor

int main(int argc, char** argv) {
  if (argc == 2) return rotor::run(argv[1]);
  std::fprintf(stderr, "usage: bench_reads PLAN.json\n");
  return 2;
}
