#include "cli/metrics_access.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "json/describe.hpp"

namespace rotor::cli {

struct ReviewedUser {
  std::string username{}, uid{};
  std::vector<std::string> groups{};
  json::Raw extra{};
};
struct TokenReviewStatus {
  bool authenticated = false;
  ReviewedUser user{};
};
struct TokenReviewSpec {
  json::SecretText token{};
};
struct TokenReview {
  std::string api_version = "authentication.k8s.io/v1", kind = "TokenReview";
  TokenReviewSpec spec{};
  TokenReviewStatus status{};
};
struct NonResourceAttributes {
  std::string path{}, verb{};
};
struct AccessReviewSpec {
  std::string user{}, uid{};
  std::vector<std::string> groups{};
  json::Raw extra{};
  NonResourceAttributes attributes{};
};
struct AccessReviewStatus {
  bool allowed = false;
};
struct AccessReview {
  std::string api_version = "authorization.k8s.io/v1", kind = "SubjectAccessReview";
  AccessReviewSpec spec{};
  AccessReviewStatus status{};
};

}  // namespace rotor::cli

namespace rotor::json {
using namespace cli;

ROTOR_DESCRIBED(ReviewedUser);
ROTOR_DESCRIBED(TokenReviewStatus);
ROTOR_DESCRIBED(TokenReviewSpec);
ROTOR_DESCRIBED(TokenReview);
ROTOR_DESCRIBED(NonResourceAttributes);
ROTOR_DESCRIBED(AccessReviewSpec);
ROTOR_DESCRIBED(AccessReviewStatus);
ROTOR_DESCRIBED(AccessReview);

ROTOR_DESCRIBE(ReviewedUser, "Whose token it is.", field<&ReviewedUser::username>("username"),
               field<&ReviewedUser::uid>("uid"), field<&ReviewedUser::groups>("groups"),
               field<&ReviewedUser::extra>("extra"));
ROTOR_DESCRIBE(TokenReviewStatus, "The answer.", field<&TokenReviewStatus::authenticated>("authenticated"),
               field<&TokenReviewStatus::user>("user"));
ROTOR_DESCRIBE(TokenReviewSpec, "The question.", field<&TokenReviewSpec::token>("token"));
ROTOR_DESCRIBE(TokenReview, "Whose token is it?", field<&TokenReview::api_version>("apiVersion"),
               field<&TokenReview::kind>("kind"), field<&TokenReview::spec>("spec"),
               field<&TokenReview::status>("status"));
ROTOR_DESCRIBE(NonResourceAttributes, "What somebody wants.", field<&NonResourceAttributes::path>("path"),
               field<&NonResourceAttributes::verb>("verb"));
ROTOR_DESCRIBE(AccessReviewSpec, "The question.", field<&AccessReviewSpec::user>("user"),
               field<&AccessReviewSpec::uid>("uid"), field<&AccessReviewSpec::groups>("groups"),
               field<&AccessReviewSpec::extra>("extra"), field<&AccessReviewSpec::attributes>("nonResourceAttributes"));
ROTOR_DESCRIBE(AccessReviewStatus, "The answer.", field<&AccessReviewStatus::allowed>("allowed"));
ROTOR_DESCRIBE(AccessReview, "May he?", field<&AccessReview::api_version>("apiVersion"),
               field<&AccessReview::kind>("kind"), field<&AccessReview::spec>("spec"),
               field<&AccessReview::status>("status"));

}  // namespace rotor::json

namespace rotor::cli {
namespace {

constexpr kube::Resource kTokenReviews{"authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false};
constexpr kube::Resource kAccessReviews{"authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview",
                                        false};

template <class Review>
Task<Result<Review>> reviewed(kube::Client& client, kube::Resource resource, SecretBytes question) {
  CO_TRY(const SecretBytes answer, co_await client.create(resource, "", std::move(question), {.confidential = true}));
  co_return kube::decode<Review>(answer);
}

// Nobody is let in because the API server cannot be asked.
Refusal cannot_tell(const Error& error) {
  log::warn("cannot tell who may read the metrics", {{"error", error.message}});
  return {503, "the API server cannot be asked who this is; the operator's log says why\n"};
}

}  // namespace

std::optional<std::string> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return std::nullopt;
  if (ascii_lower(authorization.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  return std::string(authorization.substr(kScheme.size()));
}

Task<std::optional<Refusal>> MetricsAccess::refuses(std::string authorization, std::string path) {
  const std::optional<std::string> token = bearer_token(authorization);
  if (!token) co_return Refusal{401, "metrics are for who shows a bearer token of this cluster (--metrics-auth)\n"};
  const std::string id = sha256(path + "\n" + *token);
  if (const auto known = known_.find(id); known != known_.end() && known->second.until > clock_.steady()) {
    co_return known->second.said;
  }
  if (asking_ >= kMostAtOnce) co_return Refusal{503, "too many ask at once; try again in a moment\n"};
  struct Asking {
    int& count;
    explicit Asking(int& n) : count(n) { ++count; }
    ~Asking() { --count; }
  } asking(asking_);
  auto said = co_await ask(*token, std::move(path));
  if (!said || said->status != 503) remember(id, said);
  co_return said;
}

Task<std::optional<Refusal>> MetricsAccess::ask(std::string token, std::string path) {
  TokenReview question;
  question.spec.token.value = SecretBytes(token);
  auto who = co_await reviewed<TokenReview>(client_, kTokenReviews, json::write_secret(question));
  if (!who) co_return cannot_tell(who.error());
  if (!who->status.authenticated) co_return Refusal{401, "the API server does not know this token\n"};
  ReviewedUser user = std::move(who->status.user);
  AccessReview access;
  access.spec = {user.username, user.uid, std::move(user.groups), std::move(user.extra), {std::move(path), "get"}};
  auto may = co_await reviewed<AccessReview>(client_, kAccessReviews, json::write_secret(access));
  if (!may) co_return cannot_tell(may.error());
  if (may->status.allowed) co_return std::nullopt;
  co_return Refusal{403,
                    "whose token this is may not get the path /metrics: it takes a ClusterRole with "
                    "nonResourceURLs: [/metrics] and verbs: [get]\n"};
}

void MetricsAccess::remember(const std::string& id, const std::optional<Refusal>& said) {
  const SteadyTime now = clock_.steady();
  std::erase_if(known_, [now](const auto& entry) { return entry.second.until <= now; });
  if (known_.size() >= kMostRemembered) return;
  known_.insert_or_assign(id, Remembered{said, now + (said ? Duration(kBadFor) : Duration(kGoodFor))});
}

}  // namespace rotor::cli
