#include "providers/vault/login.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/vault/answer.hpp"

namespace rotor::providers::vault {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kLongestLease = 100LL * 365 * 24 * 3600;

}  // namespace

std::string_view login_title(Method method) {
  static constexpr std::array<std::string_view, 9> kTitles{
      "",
      "unable to log in to auth method: unable to log in with app role auth",
      "unable to log in to auth method: unable to log in with Kubernetes auth",
      "unable to log in to auth method: unable to log in with LDAP auth",
      "unable to log in to auth method: unable to log in with userpass auth",
      "",
      "error from Vault request",
      "unable to log in to auth method: unable to log in with AWS auth",
      "unable to log in to auth method: unable to log in with GCP auth"};
  return kTitles[static_cast<std::size_t>(method)];
}

namespace {

SecretBytes login_body(const Identity& identity, const LoginMembers& proof) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  for (const LoginMembers* members : {&identity.members, &proof}) {
    for (const auto& [name, value] : *members) {
      writer.key(name);
      writer.string(value.reveal());
    }
  }
  writer.end_object();
  return body;
}

bool ends_in_line_break(const Identity& identity) {
  return std::ranges::any_of(identity.members, [](const auto& member) {
    return member.second.reveal().ends_with('\n') || member.second.reveal().ends_with('\r');
  });
}

Error login_error(Error error, const Identity& identity) {
  const bool refused =
      error.code == Code::kInvalid || error.code == Code::kDenied || error.code == Code::kUnauthenticated;
  if (refused && ends_in_line_break(identity)) {
    error.message += "\n(the credential in the Secret ends in a line break: store it with printf, not echo)";
  }
  const std::string_view title = login_title(*identity.method);
  return title.empty() ? std::move(error) : std::move(error).prefixed(title);
}

seconds read_seconds(std::string_view object, std::string_view name) {
  const std::string_view text = member_of(object, name).value_or("0");
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return seconds(std::clamp<std::int64_t>(value, 0, kLongestLease));
}

SecretBytes read_token(std::string_view object) {
  const auto raw = member_of(object, "client_token");
  if (!raw) return {};
  json::Reader reader(*raw);
  return reader.peek() == json::Kind::kString ? reader.read_secret() : SecretBytes();
}

}  // namespace

Result<Login> read_login(const net::Response& response, WallTime requested) {
  const auto envelope = read_envelope(response.body);
  const std::string_view auth = envelope ? envelope->auth.value_or("{}") : "{}";
  Login login{.token = read_token(auth)};
  if (login.token.empty()) {
    if (member_of(auth, "mfa_requirement").value_or("null") != "null") {
      return fail(Code::kInvalid, "the login asks for a second factor, which no controller has: use another role");
    }
    return fail(Code::kUnavailable, "response did not return ClientToken, client token not set");
  }
  login.lease = read_seconds(auth, "lease_duration");
  login.renewable = member_of(auth, "renewable").value_or("false") == "true";
  login.obtained = requested;
  if (login.lease > seconds(0)) login.expires = requested + login.lease;
  return login;
}

bool may_be_kept(std::string_view data) {
  constexpr seconds kSoon{60};
  const std::optional<std::string_view> end = member_of(data, "expire_time");
  const std::string type = text_member(data, "type");
  if (type.empty() || type == "batch" || !member_of(data, "ttl") || !end) return false;
  return *end == "null" || read_seconds(data, "ttl") >= kSoon;
}

Task<Result<Login>> log_in(Caller& caller, std::shared_ptr<const Server> server, std::string ns, Identity identity,
                           LoginMembers proof) {
  const WallTime requested = caller.clock().now();
  States states;
  Ask request{.name = "Login",
              .method = "PUT",
              .path = identity.path,
              .body = login_body(identity, proof),
              .ns = std::move(ns)};
  const std::string login_ns = request.ns;
  Result<net::Response> response = co_await ask(caller, server, std::move(request), states);
  if (!response) co_return std::unexpected(login_error(std::move(response).error(), identity));
  Result<Login> login = read_login(*response, requested);
  if (!login) co_return std::unexpected(login_error(std::move(login).error(), identity));
  login->states = std::move(states);
  login->server = std::move(server);
  login->ns = login_ns;
  co_return std::move(login);
}

Task<Result<void>> revoke(Caller& caller, std::shared_ptr<const Login> login) {
  if (login->holds_leases || !login->server) co_return Result<void>();
  Server once = *login->server;
  once.retry.attempts = 1;
  States states = login->states;
  Ask request{.name = "RevokeSelf",
              .method = "PUT",
              .path = "auth/token/revoke-self",
              .body = SecretBytes("{}"),
              .ns = login->ns,
              .token = login->token};
  CO_TRY_VOID(co_await ask(caller, std::make_shared<const Server>(std::move(once)), std::move(request), states));
  co_return Result<void>();
}

Task<Result<Login>> renew(Caller& caller, std::shared_ptr<const Server> server, std::string ns,
                          std::shared_ptr<const Login> login) {
  const WallTime requested = caller.clock().now();
  States states = login->states;
  Ask request{.name = "RenewSelf",
              .method = "PUT",
              .path = "auth/token/renew-self",
              .body = SecretBytes("{}"),
              .ns = std::move(ns),
              .token = login->token};
  CO_TRY(const net::Response response, co_await ask(caller, std::move(server), std::move(request), states));
  CO_TRY(Login renewed, read_login(response, requested));
  if (renewed.lease * 2 < login->lease) co_return fail(Code::kInvalid, "the token nears its greatest age");
  renewed.lease = login->lease;
  renewed.states = std::move(states);
  renewed.server = login->server;
  renewed.ns = login->ns;
  renewed.served = login->served;
  renewed.holds_leases = login->holds_leases;
  co_return std::move(renewed);
}

}  // namespace rotor::providers::vault
