// Reviews: questions to the server that are answered and not kept.
#include "apiserver/http/call.hpp"
#include "base/time.hpp"

namespace rotor::apiserver {

namespace {

using json::Array;
using json::Object;

Object rule(Array verbs, std::string_view key, Array what) {
  Object out;
  out["verbs"] = std::move(verbs);
  out[key] = std::move(what);
  return out;
}

Object user_info(const Caller& caller) {
  Array groups;
  for (const std::string& group : caller.groups) groups.push_back(json::Value(group));
  Object out;
  out["username"] = caller.username;
  out["uid"] = caller.uid;
  out["groups"] = std::move(groups);
  return out;
}

Answer<Object> rules(const Object& review) {
  const Object* spec = child(review, "spec");
  if (spec == nullptr || text(*spec, "namespace").empty()) return refuse(bad_request("no namespace on request"));
  Object everything = rule({"*"}, "apiGroups", {"*"});
  everything["resources"] = Array{"*"};
  Object status;
  status["resourceRules"] = Array{std::move(everything)};
  status["nonResourceRules"] = Array{rule({"*"}, "nonResourceURLs", {"*"})};
  status["incomplete"] = false;
  return status;
}

Object token_status(const Object& review, const TokenIssuer& issuer, const Store& store, WallTime now) {
  const Object* spec = child(review, "spec");
  const std::string_view token = spec == nullptr ? std::string_view() : text(*spec, "token");
  std::string audience = issuer.issuer();
  const Array* audiences = spec == nullptr ? nullptr : list(*spec, "audiences");
  if (audiences != nullptr && !audiences->empty() && audiences->front().is_string())
    audience = audiences->front().get_string();
  const auto subject = issuer.verify(token, audience, now);
  Object status;
  const bool good = subject && still_stands(*subject, store);
  status["authenticated"] = good;
  if (!good) {
    status["error"] =
        subject ? "token: its ServiceAccount or the object it is bound to is gone" : subject.error().message;
    return status;
  }
  Object user;
  user["username"] = "system:serviceaccount:" + subject->ns + ":" + subject->service_account;
  user["uid"] = subject->uid;
  user["groups"] = Array{json::Value("system:serviceaccounts"), json::Value("system:serviceaccounts:" + subject->ns),
                         json::Value("system:authenticated")};
  status["user"] = std::move(user);
  status["audiences"] = Array{json::Value(audience)};
  return status;
}

}  // namespace

bool still_stands(const TokenSubject& subject, const Store& store) {
  const ObjectPtr account = store.get("serviceaccounts", {subject.ns, subject.service_account});
  if (account == nullptr || uid_of(*account) != subject.uid) return false;
  if (!subject.bound) return true;
  const std::string ns = subject.bound->kind == "Node" ? "" : subject.ns;
  const ObjectPtr bound = store.get(plural_of_bound(subject.bound->kind), {ns, subject.bound->name});
  return bound != nullptr && uid_of(*bound) == subject.bound->uid;
}

Answer<Object> answer_review(const Target& target, Object review, const Caller& caller, const TokenIssuer& issuer,
                             const Store& store, WallTime now) {
  const std::string& kind = target.kind->kind;
  Object status;
  if (kind == "SelfSubjectRulesReview") {
    TRY(status, rules(review));
    review["spec"] = Object();
  } else if (kind == "SelfSubjectReview") {
    metadata_of(review)["creationTimestamp"] = format_time(now);
    status["userInfo"] = user_info(caller);
  } else if (kind == "TokenReview") {
    status = token_status(review, issuer, store, now);
  } else {
    status["allowed"] = true;
  }
  metadata_of(review);
  review["status"] = std::move(status);
  return review;
}

}  // namespace rotor::apiserver
