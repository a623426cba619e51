#include "providers/doppler/client.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/reader.hpp"
#include "providers/common/cache_key.hpp"
#include "providers/common/found_values.hpp"
#include "providers/common/name_filter.hpp"
#include "providers/common/property.hpp"
#include "providers/doppler/answers.hpp"

namespace rotor::providers::doppler {
namespace {

constexpr std::string_view kFileName = "DOPPLER_SECRETS_FILE";
constexpr std::chrono::seconds kAttempt{10};

std::string basic(const SecretBytes& token) {
  SecretBytes pair(token.reveal());
  pair.append(":");
  return fmt::format("Basic {}", base64_encode_secret(pair.reveal()).reveal());
}

bool is_page(const net::Response& response) {
  const std::string* type = net::find_header(response.headers, "Content-Type");
  return type != nullptr && type->starts_with("text/html");
}

Error about(std::string_view name, Error error) {
  return std::move(error).prefixed(fmt::format("could not get secret {}", name));
}

}  // namespace

DopplerClient::DopplerClient(Shared& shared, std::shared_ptr<Login> login, Config config, std::string store)
    : shared_(shared), login_(std::move(login)), config_(std::move(config)), store_(std::move(store)) {}

std::unique_ptr<SecretsClient> DopplerClient::again() const {
  return std::make_unique<DopplerClient>(shared_, login_, config_, store_);
}

// A single secret is asked for by Doppler's own name and comes as JSON: transformer and format are for all together.
std::string DopplerClient::download_target(const std::string& name) const {
  std::string query;
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) query += fmt::format("{}{}={}", query.empty() ? '?' : '&', key, percent_encode(value));
  };
  add("project", config_.project);
  add("config", config_.config);
  add("secrets", name);
  if (name.empty()) {
    add("name_transformer", config_.name_transformer);
    add("format", config_.format);
  }
  return "/v3/configs/config/secrets/download" + query;
}

Task<Result<net::Response>> DopplerClient::ask_as(TokenPtr token, Question question, bool& token_refused) {
  bool answered = false;
  Call call{.name = question.name,
            .provider = "Doppler",
            .retry = login_->retry(),
            .max_body = 32U << 20,
            .attempt = kAttempt,
            .whole = std::chrono::seconds(60)};
  call.make = [&] {
    answered = false;
    net::Request request{.url = login_->base() + question.target,
                         .headers = {{"Authorization", basic(token->value)}, {"Accept", question.accept}}};
    if (!question.etag.empty()) request.headers.push_back({"If-None-Match", question.etag});
    return request;
  };
  call.judge = [&](const net::Response& response) {
    answered = true;
    token_refused = response.status == 401;
    if (response.status == 200 || (response.status == 304 && !question.etag.empty())) return Judgement::take();
    Error error = error_of(response);
    if (token_refused) error.message += fmt::format(" ({})", login_->source());
    return Judgement::fail(std::move(error));
  };
  auto response = co_await shared_.caller.call(std::move(call));
  if (!response && !answered)
    co_return std::unexpected(std::move(response).error().prefixed("Doppler API Client Error"));
  co_return std::move(response);
}

Task<Result<net::Response>> DopplerClient::ask(Question question) {
  for (bool last = false;; last = true) {
    bool token_refused = false;
    CO_TRY(const TokenPtr token, co_await login_->token());
    auto response = co_await ask_as(token, question, token_refused);
    const bool again = !response && token_refused && login_->refused(token) && !last;
    if (!again) co_return std::move(response);
  }
}

Task<Result<DopplerClient::Download>> DopplerClient::download(std::string name) {
  const std::string target = download_target(name);
  if (const auto known = downloads_.find(target); known != downloads_.end()) co_return known->second;
  const std::string key = cache_key({store_, login_->identity(), target});
  const bool as_text = name.empty() && !config_.format.empty() && config_.format != "json";
  const auto held = shared_.etags.find(key);
  Question question{.name = name.empty() ? "GetSecrets" : "GetSecret",
                    .target = target,
                    .accept = as_text ? "text/plain" : "application/json",
                    .etag = held ? held->etag : std::string()};
  CO_TRY(net::Response response, co_await ask(std::move(question)));
  Download got;
  if (response.status == 304) {
    got = {held->body, true};
  } else {
    if (is_page(response)) co_return std::unexpected(client_error(Code::kUnavailable, "the answer is a page"));
    const std::string* etag = net::find_header(response.headers, "ETag");
    got = {std::make_shared<const SecretBytes>(std::move(response.body)), etag != nullptr && !etag->empty()};
    shared_.etags.put(key, {etag == nullptr ? std::string() : *etag, got.body});
  }
  downloads_.insert_or_assign(target, got);
  co_return std::move(got);
}

// A download without the name is Doppler's word that there is no such secret, when it is Doppler that answered, and
// when a secret can be called so.
Task<Lookup<SecretBytes>> DopplerClient::value_of(std::string name) {
  if (name.empty()) co_return fail(Code::kInvalid, "could not get secret: remoteRef.key is empty");
  auto got = co_await download(name);
  if (!got) co_return std::unexpected(about(name, std::move(got).error()));
  auto secrets = read_secrets(*got->body);
  if (!secrets) co_return std::unexpected(about(name, std::move(secrets).error()));
  if (const auto found = secrets->find(name); found != secrets->end()) co_return std::move(found->second);
  Error missing = about(name, client_error(Code::kInvalid, fmt::format("secret '{}' not found", name)));
  if (!is_secret_name(name)) {
    missing.message +=
        "; names in Doppler are of upper-case letters, digits and underscores, and nameTransformer does "
        "not change what remoteRef.key means";
    co_return std::unexpected(std::move(missing));
  }
  if (!got->marked) {
    co_return std::unexpected(about(
        name,
        client_error(Code::kUnavailable, "the answer has no such secret, and no ETag as Doppler's answers have")));
  }
  co_return Absent{std::move(missing.message)};
}

Task<Validation> DopplerClient::validate() {
  auto response = co_await ask({.name = "GetProjects", .target = "/v3/projects"});
  if (response && (!json::validate(response->body.reveal()) ||
                   json::Reader(response->body.reveal()).peek() != json::Kind::kObject)) {
    response = std::unexpected(client_error(Code::kUnavailable, "unable to load response"));
  }
  if (response) co_return Validation{};
  co_return Validation{Validity::kError, std::move(response).error()};
}

Task<Lookup<SecretBytes>> DopplerClient::get_secret(RemoteRef ref) { co_return co_await value_of(ref.key); }

Task<Lookup<SecretMap>> DopplerClient::get_secret_map(RemoteRef ref) {
  co_return extracted(co_await value_of(ref.key), ref, "unable to unmarshal secret " + ref.key);
}

Task<Result<SecretMap>> DopplerClient::everything() {
  CO_TRY(const Download got, co_await download({}));
  if (!config_.format.empty()) {
    CO_TRY_VOID(check_file(*got.body, config_.format));
    SecretMap file;
    file.emplace(kFileName, *got.body);
    co_return std::move(file);
  }
  CO_TRY(SecretMap secrets, read_secrets(*got.body));
  if (secrets.empty() && !got.marked) {
    co_return std::unexpected(client_error(Code::kUnavailable, "the answer has no secret at all, and no ETag"));
  }
  co_return std::move(secrets);
}

Task<Lookup<SecretMap>> DopplerClient::get_all(FindRequest find) {
  CO_TRY(const NameFilter names, NameFilter::make(find.name_regexp));
  auto secrets = co_await everything();
  if (!secrets) {
    Error error = std::move(secrets).error();
    error.message.insert(0, "could not get secrets ");
    co_return std::unexpected(std::move(error));
  }
  FoundValues found;
  for (auto& [name, value] : *secrets) {
    if (!names.wants(name) || !name.starts_with(find.path.value_or(""))) continue;
    CO_TRY_VOID(found.put(name, std::move(value)));
  }
  co_return std::move(found).take();
}

}  // namespace rotor::providers::doppler
