// One back end read over and over, as bench/stores.py asks for it: CPU, latency and memory of a read, and of the bare
// exchange beside it. Prints one line of JSON.
//
//   bench_reads PLAN.json
//
// PLAN.json: {"provider": "vault", "block": {…}, "secrets": {"name/key": "…"}, "key": "…", "property": "…",
//             "reads": 2000, "bare": {"method": "GET", "url": "…", "headers": {…}, "body": "…", "ca": "…"}, "stores":
//             [{…}]}
// `bare`: the same exchange by the HTTP client alone, in turns with the reads. `stores`: further blocks, each opened
// and read once.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <malloc.h>
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
  Task<Result<std::vector<std::string>>> service_account_secrets(providers::Scope,
                                                                 api::es::ServiceAccountSelector) override {
    co_return fail(Code::kInvalid, "no ServiceAccounts");
  }
  Task<Result<kube::StringMap>> service_account_annotations(providers::Scope,
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

// What is allocated, to the byte: the back ends' part of the heap is too small to be seen in pages.
std::int64_t heap_bytes() { return static_cast<std::int64_t>(mallinfo2().uordblks); }

struct Figures {
  double cpu_us = 0;
  std::int64_t p50_us = 0;
  std::int64_t p99_us = 0;
};

using Once = std::function<Task<Result<void>>()>;

// How long the runs of one thing took.
class Runs {
 public:
  explicit Runs(Once once) : once_(std::move(once)) {}

  Task<Result<void>> run() {
    const std::int64_t cpu = cpu_us();
    const auto began = std::chrono::steady_clock::now();
    CO_TRY_VOID(co_await once_());
    took_.push_back(std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began).count());
    cpu_ += cpu_us() - cpu;
    co_return Result<void>();
  }
  Figures figures() {
    std::ranges::sort(took_);
    const double count = static_cast<double>(took_.size());
    return {static_cast<double>(cpu_) / count, took_[took_.size() / 2], took_[took_.size() * 99 / 100]};
  }

 private:
  Once once_;
  std::vector<std::int64_t> took_;
  std::int64_t cpu_ = 0;
};

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
        registered_bytes_(-heap_bytes()),
        registry_(cli::make_providers({io.get_executor(), clock_, *http_, *calls_, [](std::string_view name) {
                                         const char* value = std::getenv(std::string(name).c_str());
                                         return value == nullptr ? std::nullopt : std::optional<std::string>(value);
                                       }})) {
    registered_bytes_ += heap_bytes();
  }

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
    net::Request request{.method = std::string(json::find_string(plan_, "bare.method")),
                         .url = std::string(json::find_string(plan_, "bare.url")),
                         .body = SecretBytes(json::find_string(plan_, "bare.body"))};
    for (const auto& [name, value] : json::find(plan_, "bare.headers")->as_object()) {
      request.headers.push_back({std::string(name), std::string(value.as_string())});
    }
    CO_TRY(const net::Response response, co_await client->send(std::move(request)));
    if (response.status == 200) co_return Result<void>();
    co_return fail(Code::kUnavailable, fmt::format("the bare exchange: {}", response.status));
  }

  Result<std::shared_ptr<net::HttpClient>> bare_client() {
    net::TlsConfig tls;
    tls.ca_pem = std::string(json::find_string(plan_, "bare.ca"));
    return http_->get(std::move(tls), net::Reach::kAnywhere);
  }

  // In turns, so that what else the machine does falls on both.
  Task<Result<std::string>> latencies(std::size_t reads) {
    Runs passes([this] { return pass(); });
    if (json::find(plan_, "bare") == nullptr) {
      for (std::size_t i = 0; i < reads; ++i) CO_TRY_VOID(co_await passes.run());
      co_return fmt::format(R"("read":{})", text(passes.figures()));
    }
    CO_TRY(const auto client, bare_client());
    CO_TRY_VOID(co_await exchange(client));  // connection
    Runs exchanges([this, client] { return exchange(client); });
    for (std::size_t i = 0; i < reads; ++i) {
      CO_TRY_VOID(co_await passes.run());
      CO_TRY_VOID(co_await exchanges.run());
    }
    const Figures read = passes.figures();
    const Figures bare = exchanges.figures();
    co_return fmt::format(R"("read":{},"bare":{},"added_p99_us":{})", text(read), text(bare),
                          read.p99_us - bare.p99_us);
  }

  Task<Result<std::string>> memory() {
    const json::Value* stores = json::find(plan_, "stores");
    const std::size_t count = stores == nullptr ? 0 : stores->as_array().size();
    if (count == 0) co_return std::string();
    const std::int64_t before = resident_kib();
    const std::int64_t heap = heap_bytes();
    for (std::size_t i = 0; i < count; ++i) {
      CO_TRY(const auto client, co_await open(json::serialize(stores->as_array()[i]), i + 1));
      CO_TRY_VOID(co_await read(*client));
    }
    const auto each = [count](std::int64_t kib) { return static_cast<double>(kib) / static_cast<double>(count); };
    co_return fmt::format(R"(,"kib_per_store":{:.1f},"heap_kib_per_store":{:.1f})", each(resident_kib() - before),
                          each(heap_bytes() - heap) / 1024);
  }

  Task<Result<void>> measured() {
    const auto reads = static_cast<std::size_t>(json::find(plan_, "reads")->to_number<std::int64_t>());
    CO_TRY_VOID(co_await pass());  // connection and login
    CO_TRY(const std::string took, co_await latencies(reads));
    CO_TRY(const std::string stores, co_await memory());
    std::printf(R"({%s%s,"registered_bytes":%lld})"
                "\n",
                took.c_str(), stores.c_str(), static_cast<long long>(registered_bytes_));
    co_return Result<void>();
  }

  const json::Value& plan_;
  std::string block_;
  SystemClock clock_;
  PlanGate gate_;
  MetricsRegistry metrics_;
  std::unique_ptr<providers::HttpClients> http_;
  std::unique_ptr<providers::CallCounter> calls_;
  std::int64_t registered_bytes_;  // that all back ends hold before anybody uses one
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
