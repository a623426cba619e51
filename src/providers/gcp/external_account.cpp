#include "providers/gcp/external_account.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/quote.hpp"
#include "net/url.hpp"
#include "providers/common/endpoint.hpp"
#include "providers/gcp/service_account_key.hpp"
#include "template/go/regex.hpp"

namespace rotor::json {

using namespace providers::gcp;

ROTOR_DESCRIBE(TokenFormat, "How the subject token is written.",
               field<&TokenFormat::type>("type", {.doc = "text or json."}),
               field<&TokenFormat::subject_token_field_name>("subject_token_field_name", {.doc = "Its member."}));

ROTOR_DESCRIBE(Executable, "A program that prints the token; refused.",
               field<&Executable::command>("command", {.doc = "The program."}));

ROTOR_DESCRIBE(CredentialSource, "Where the subject token comes from.",
               field<&CredentialSource::file>("file", {.doc = "A file."}),
               field<&CredentialSource::url>("url", {.doc = "An address."}),
               field<&CredentialSource::headers>("headers", {.doc = "Sent to it."}),
               field<&CredentialSource::format>("format", {.doc = "How the token is written."}),
               field<&CredentialSource::executable>("executable", {.doc = "A program."}),
               field<&CredentialSource::environment_id>("environment_id", {.doc = "aws1."}),
               field<&CredentialSource::region_url>("region_url", {.doc = "Where AWS says the region."}),
               field<&CredentialSource::imdsv2_session_token_url>("imdsv2_session_token_url",
                                                                  {.doc = "Where AWS hands out session tokens."}));

ROTOR_DESCRIBE(Impersonation, "How a service account is impersonated.",
               field<&Impersonation::token_lifetime_seconds>("token_lifetime_seconds", {.doc = "Life of its tokens."}));

ROTOR_DESCRIBE(
    ExternalAccount, "An identity of another provider.",
    field<&ExternalAccount::type>("type", {.doc = "external_account."}),
    field<&ExternalAccount::audience>("audience", {.doc = "The pool's provider."}),
    field<&ExternalAccount::subject_token_type>("subject_token_type", {.doc = "What the token is."}),
    field<&ExternalAccount::token_url>("token_url", {.doc = "The token service."}),
    field<&ExternalAccount::token_info_url>("token_info_url", {.doc = "Never called."}),
    field<&ExternalAccount::service_account_impersonation_url>("service_account_impersonation_url",
                                                               {.doc = "The service account to impersonate."}),
    field<&ExternalAccount::service_account_impersonation>("service_account_impersonation", {.doc = "How."}),
    field<&ExternalAccount::client_id>("client_id", {.doc = "For the token service."}),
    field<&ExternalAccount::client_secret>("client_secret", {.doc = "For the token service."}),
    field<&ExternalAccount::quota_project_id>("quota_project_id", {.doc = "Whose quota is used."}),
    field<&ExternalAccount::universe_domain>("universe_domain", {.doc = "Which of Google's clouds."}),
    field<&ExternalAccount::credential_source>("credential_source", {.doc = "Where the subject token comes from."}));

}  // namespace rotor::json

namespace rotor::providers::gcp {
namespace {

constexpr std::string_view kImpersonationPattern =
    R"(^https://iamcredentials\.(?:[a-z0-9-]+\.)*googleapis\.com/v1/projects/[^/]+/serviceAccounts/)"
    R"([a-z0-9-]+@[a-z0-9-]+\.iam\.gserviceaccount\.com:generateAccessToken$)";
constexpr std::string_view kTokenPattern = R"(^https://sts\.[^/\s]+/v1/token$)";
constexpr std::string_view kTokenInfoPattern = R"(^https://sts\.[^/\s]+/v1/introspect$)";
constexpr std::string_view kOwnToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";
constexpr std::int64_t kLifetime = 3600;

using Problems = std::vector<std::string>;

bool matches(std::string_view text, std::string_view pattern) {
  const auto regex = tmpl::Regex::compile(pattern);
  return regex && regex->matches(text);
}

// The pattern alone would let a user name or a query pass for part of the host.
bool names_a_host(std::string_view url) {
  const auto parsed = net::parse_url(url);
  return parsed && !parsed->target.contains('?') && check_endpoint("", url, PlainHttp::kNearby).has_value();
}

void check_url(Problems& problems, std::string_view name, const std::string& url, std::string_view pattern) {
  if (url.empty() || (matches(url, pattern) && names_a_host(url))) return;
  problems.push_back(fmt::format("{} {} must match \"{}\"", name, go_quote(url), pattern));
}

void check_aws_url(Problems& problems, std::string_view name, const std::string& url, std::string_view path) {
  static constexpr std::array<std::string_view, 3> kHosts = {"metadata.google.internal", "169.254.169.254",
                                                             "[fd00:ec2::254]"};
  const bool known =
      std::ranges::any_of(kHosts, [&](std::string_view host) { return url == fmt::format("http://{}{}", host, path); });
  if (url.empty() || known) return;
  problems.push_back(
      fmt::format("credential_source.{} {} is not one of AWS's own metadata service (http://"
                  "169.254.169.254{})",
                  name, go_quote(url), path));
}

void check_aws(Problems& problems, const CredentialSource& source) {
  if (!source.environment_id.starts_with("aws")) {
    problems.push_back(
        fmt::format("credential_source.environment_id {} must start with aws", go_quote(source.environment_id)));
  }
  check_aws_url(problems, "url", source.url, "/latest/meta-data/iam/security-credentials");
  check_aws_url(problems, "region_url", source.region_url, "/latest/meta-data/placement/availability-zone");
  check_aws_url(problems, "imdsv2_session_token_url", source.imdsv2_session_token_url, "/latest/api/token");
}

void check_source_url(Problems& problems, const std::string& url, const SourceRules& rules) {
  if (url != rules.external_token_endpoint) {
    problems.push_back(
        fmt::format("credential_source.url {} does not match with the configured {} externalTokenEndpoint",
                    go_quote(url), go_quote(rules.external_token_endpoint)));
  }
  if (url.empty()) return;
  const auto checked = check_endpoint("credential_source.url", url, rules.plain_http);
  if (!checked) {
    problems.push_back(checked.error().message);
  } else if (is_loopback_host(checked->host)) {
    problems.push_back(
        fmt::format("credential_source.url {} is an address of the controller's own machine", go_quote(url)));
  }
}

// What is the controller's to show goes to Google alone, not to a host that the manifest chose.
void check_receiver(Problems& problems, const ExternalAccount& account) {
  const auto url = net::parse_url(account.token_url);
  if (url && url->host.ends_with(".googleapis.com")) return;
  problems.push_back(
      fmt::format("token_url {} must be Google's own (https://sts.googleapis.com/v1/token) when the token "
                  "comes from a file or the machine",
                  go_quote(account.token_url)));
}

void check_file(Problems& problems, const std::string& file, const SourceRules& rules) {
  if (file.empty() || std::ranges::find(rules.files, file) != rules.files.end()) return;
  problems.push_back(
      fmt::format("credential_source.file {} is a file of the controller and none of those that may be "
                  "used; who runs the controller lists them in its environment variable "
                  "ROTOR_GCP_SUBJECT_TOKEN_FILES, with colons between",
                  go_quote(file)));
}

void check_source(Problems& problems, CredentialSource& source, const SourceRules& rules) {
  if (source.executable) problems.emplace_back("credential_source.executable.command is not allowed");
  // The controller's own identity towards its cluster goes to nobody.
  if (source.file == kOwnToken) source.file.clear();
  if (source.file.empty() && source.url.empty() && source.environment_id.empty()) {
    problems.emplace_back(
        "one of credential_source.file, credential_source.url, credential_source.aws.url or "
        "credential_source_environment_id should be provided");
    return;
  }
  if (source.is_aws()) return check_aws(problems, source);
  if (!rules.of_manifest) return;
  check_source_url(problems, source.url, rules);
  check_file(problems, source.file, rules);
}

}  // namespace

std::int64_t ExternalAccount::lifetime() const {
  const std::int64_t asked = service_account_impersonation ? service_account_impersonation->token_lifetime_seconds : 0;
  return asked > 0 ? asked : kLifetime;
}

Result<ExternalAccount> read_external_account(std::string_view json) {
  TRY(ExternalAccount account, json::read<ExternalAccount>(json));
  if (account.type == "external_account") return account;
  return fail(Code::kInvalid, fmt::format("invalid credentials: 'type' field is \"{}\" (expected \"external_account\")",
                                          name_of_type(account.type)));
}

void fill_defaults(ExternalAccount& account) {
  if (account.subject_token_type.empty()) account.subject_token_type = "urn:ietf:params:oauth:token-type:jwt";
  if (account.universe_domain.empty()) account.universe_domain = "googleapis.com";
  if (account.token_url.empty()) account.token_url = fmt::format("https://sts.{}/v1/token", account.universe_domain);
  if (account.token_info_url.empty()) {
    account.token_info_url = fmt::format("https://sts.{}/v1/introspect", account.universe_domain);
  }
}

Result<void> check_external_account(ExternalAccount& account, bool needs_source, const SourceRules& rules) {
  Problems problems;
  if (account.audience.empty()) problems.emplace_back("audience is empty");
  check_url(problems, "service_account_impersonation_url", account.service_account_impersonation_url,
            kImpersonationPattern);
  check_url(problems, "token_url", account.token_url, kTokenPattern);
  check_url(problems, "token_info_url", account.token_info_url, kTokenInfoPattern);
  if (needs_source) {
    if (!account.credential_source) account.credential_source.emplace();
    check_source(problems, *account.credential_source, rules);
    // Whatever the controller fetches for the token, it can reach more than whoever wrote the manifest.
    if (rules.of_manifest) check_receiver(problems, account);
  }
  if (problems.empty()) return {};
  std::string message = "invalid external_account config";
  for (const std::string& problem : problems) message += "\n" + problem;
  return fail(Code::kInvalid, std::move(message));
}

std::vector<std::string> permitted_files(std::string_view variable) {
  std::vector<std::string> files;
  while (!variable.empty()) {
    const std::size_t end = variable.find(':');
    if (end != 0) files.emplace_back(variable.substr(0, end));
    if (end == std::string_view::npos) break;
    variable.remove_prefix(end + 1);
  }
  return files;
}

}  // namespace rotor::providers::gcp
