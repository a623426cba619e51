// Whatever goes wrong on the way to a store, no provider takes it for the store's word that a secret does not exist,
// nor for a value. A new back end is one more row.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/certificates.hpp"
#include "tests/providers/every_back_end.hpp"

namespace rotor::providers {
namespace {

struct Answer {
  std::string name;
  int status = 200;
  std::string body{};
  net::Headers headers{};
  bool dropped = false;
  bool cut = false;  // the connection ends within the body
};

const net::Headers kJson = {{"Content-Type", "application/json"}};
const net::Headers kHtml = {{"Content-Type", "text/html"}};

// What a store never says when it means "there is no such secret".
const std::vector<Answer> kAnswers = {
    {"Redirect", 302, "", {{"Location", "https://elsewhere.example/"}}},
    {"NotModified", 304},
    {"BadRequest", 400, "{}", kJson},
    {"Unauthorized", 401, "{}", kJson},
    {"Forbidden", 403, "{}", kJson},
    {"NotFoundByAProxy", 404, "<html>not here</html>", kHtml},
    {"NotFoundWithoutABody", 404},
    {"Conflict", 409, "{}", kJson},
    {"TooMany", 429, "{}", kJson},
    {"ServerError", 500, "oops", kHtml},
    {"BadGateway", 502, "<html>", kHtml},
    {"Sealed", 503, R"({"errors":["Vault is sealed"]})", kJson},
    {"NoContent", 204},
    {"EmptyBody", 200},
    {"Null", 200, "null", kJson},
    {"EmptyObject", 200, "{}", kJson},
    {"NullData", 200, R"({"data":null})", kJson},
    {"Truncated", 200, R"({"data":{"a":)", kJson},
    {"Page", 200, "<html>log in</html>", kHtml},
    {"List", 200, "[]", kJson},
    {"Dropped", 200, "", {}, true},
    {"CutShort", 200, R"({"data":{"a":)", kJson, false, true},
    {"DocumentAsAPage", 200, R"({"anything":"else"})", kHtml},
    {"ListGoesOnElsewhere", 200, R"({"value":[],"nextLink":"https://elsewhere.example/secrets?api-version=7.4"})",
     kJson},
};

class EveryError : public ProviderRig, public testing::WithParamInterface<std::tuple<BackEnd, Answer>> {
 protected:
  EveryError()
      : ProviderRig([](net::ServerRequest request, net::ServerResponse& to) {
          const auto& logins = std::get<0>(GetParam()).logins;
          const auto login = logins.find(request.path);
          return serve(login == logins.end() ? std::get<1>(GetParam()) : Answer{"", 200, login->second, kJson}, to);
        }) {
    const BackEnd& back_end = std::get<0>(GetParam());
    for (const auto& [name, value] : back_end.variables) variables_[name] = with_url(value, url());
    gate_.secrets["team/gcp/key"] = google_key();
    provider_ = back_end.make(services());
  }
  ~EveryError() override { stop(); }

  static Task<> serve(Answer answer, net::ServerResponse& to) {
    if (answer.dropped) {
      to.drop();
      co_return;
    }
    if (answer.cut) {
      co_await to.begin(answer.status, answer.headers);
      co_await to.write(SecretBytes(answer.body));
      to.drop();
      co_return;
    }
    co_await to.respond(answer.status, answer.headers, SecretBytes(answer.body));
  }

  template <class T>
  void expect_an_error(const Lookup<T>& got) {
    EXPECT_FALSE(got.absent()) << got.absence().what;
    EXPECT_FALSE(got.found());
  }
};

TEST_P(EveryError, IsNeitherAbsenceNorAValue) {
  auto client = pump(provider_->make_client(context(with_url(std::get<0>(GetParam()).config, url()))));
  if (!client) return;  // it logs in when it is made
  expect_an_error(pump((*client)->get_secret(remote("key"))));
  expect_an_error(pump((*client)->get_secret(remote("key", "property"))));
  expect_an_error(pump((*client)->get_secret_map(remote("key"))));
  RemoteRef metadata = remote("key");
  metadata.metadata_policy = "Fetch";
  expect_an_error(pump((*client)->get_secret(std::move(metadata))));
  const bool nothing_found = std::get<0>(GetParam()).nothing_found == std::get<1>(GetParam()).name;
  for (const FindRequest& find : {FindRequest{.name_regexp = ".*"}, FindRequest{.tags = kube::StringMap{{"a", "b"}}},
                                  FindRequest{.path = "/a", .name_regexp = ".*"}}) {
    const auto all = pump((*client)->get_all(find));
    EXPECT_FALSE(all.absent()) << all.absence().what;
    if (!all) continue;
    EXPECT_TRUE(nothing_found);
    EXPECT_TRUE(all->empty());
  }
}

// A server that cannot be talked to at all.
class NoServer : public ProviderRig, public testing::WithParamInterface<BackEnd> {
 protected:
  NoServer(net::Handler handler, net::ServerConfig config) : ProviderRig(std::move(handler), std::move(config)) {
    for (const auto& [name, value] : GetParam().variables) variables_[name] = with_url(value, url());
    gate_.secrets["team/gcp/key"] = google_key();
    provider_ = GetParam().make(services());
  }

  // Every pause passes once nothing else happens, and every deadline too where `deadlines` says so.
  template <class T>
  T wait_out(Task<T> task, bool deadlines) {
    if (!deadlines) return pump(std::move(task));
    test::Running<T> call(io_, std::move(task));
    for (int idle = 0; !call.done();) {
      const auto wait = clock_.next_wait();
      if (wait && io_.poll() == 0 && idle++ > 10) {
        idle = 0;
        clock_.advance(*wait);
      }
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(1));
    }
    return call.get();
  }

  // Why nothing could be read; what may never be said is a test's failure.
  Error why(bool deadlines) {
    auto client = wait_out(provider_->make_client(context(with_url(GetParam().config, url()))), deadlines);
    if (!client) return client.error();
    const auto got = wait_out((*client)->get_secret(remote("key")), deadlines);
    EXPECT_TRUE(got.failed()) << "neither absence nor a value";
    return got.failed() ? got.error() : Error{};
  }
};

class SilentServer : public NoServer {
 protected:
  SilentServer()
      : NoServer(
            [](net::ServerRequest, net::ServerResponse&) -> Task<> {
              boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                              boost::asio::steady_timer::time_point::max());
              co_await never.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            },
            {}) {}
  ~SilentServer() override { stop(); }
};

TEST_P(SilentServer, IsATimeOut) {
  const SteadyTime before = clock_.steady();
  const Error error = why(true);
  EXPECT_EQ(error.code, Code::kTimeout) << error.message;
  EXPECT_TRUE(error.message.contains("no answer within")) << error.message;
  EXPECT_LE(clock_.steady() - before, std::chrono::minutes(5)) << "it ends";
}

net::ServerConfig of_an_unknown_authority() {
  const WallTime now = std::chrono::system_clock::now();
  const net::KeyPair ca = net::make_ca("nobody knows it", now, std::chrono::hours(1));
  net::KeyPair own = net::issue_certificate(ca, "store", {"localhost"}, now, std::chrono::hours(1));
  return {.certificate_pem = own.certificate_pem, .key_pem = std::move(own.key_pem)};
}

class UntrustedServer : public NoServer {
 protected:
  UntrustedServer()
      : NoServer([](net::ServerRequest, net::ServerResponse& to) -> Task<> { co_await to.respond(200, {}, {}); },
                 of_an_unknown_authority()) {}
  ~UntrustedServer() override { stop(); }
};

TEST_P(UntrustedServer, IsSaidAtOnceAndTriedOnce) {
  const SteadyTime before = clock_.steady();
  const Error error = why(false);
  EXPECT_EQ(error.code, Code::kUnavailable) << "no cache of logins keeps it";
  EXPECT_TRUE(error.message.contains("TLS: the certificate of \"localhost\" is not trusted")) << error.message;
  // Its token service, at which nobody listens, is tried for a while before the key signs for itself.
  const bool waits_for_login = GetParam().name == "GcpSecretManager";
  if (!waits_for_login) EXPECT_EQ(clock_.steady(), before) << "the same certificate would answer again";
  for (const auto& [call, times] : counter_.counts) {
    if (call.contains("AccessSecretVersion")) EXPECT_EQ(times, 1) << call;
  }
}

INSTANTIATE_TEST_SUITE_P(BackEnds, SilentServer, testing::ValuesIn(kBackEnds),
                         [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(BackEnds, UntrustedServer, testing::ValuesIn(kBackEnds),
                         [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(BackEnds, EveryError,
                         testing::Combine(testing::ValuesIn(kBackEnds), testing::ValuesIn(kAnswers)),
                         [](const auto& row) {
                           return std::get<0>(row.param).name + "_" + std::get<1>(row.param).name;
                         });

}  // namespace
}  // namespace rotor::providers
