// POST …/serviceaccounts/NAME/token.
#include <fmt/format.h>

#include "apiserver/http/call.hpp"
#include "base/time.hpp"

namespace rotor::apiserver {

namespace {

using json::Object;

constexpr std::string_view kGroup = "authentication.k8s.io";
constexpr std::int64_t kMinimum = 600;
constexpr std::int64_t kMaximum = std::int64_t{1} << 32;

Answer<void> check_account(const Object& request, const Target& account) {
  for (const auto& [key, wanted, what] :
       {std::tuple("name", account.name, "name"), std::tuple("namespace", account.ns, "namespace")}) {
    const std::string_view given = text(metadata_of(request), key);
    if (given.empty() || given == wanted) continue;
    return refuse(invalid(kGroup, "TokenRequest", account.name,
                          {field_invalid(fmt::format("metadata.{}", key), json::Value(given),
                                         fmt::format("must match the service account {} if specified", what))}));
  }
  return {};
}

Answer<std::int64_t> lifetime_of(const Object& spec) {
  const json::Value* seconds = spec.if_contains("expirationSeconds");
  const std::int64_t lifetime = seconds != nullptr && seconds->is_int64() ? seconds->get_int64() : 3600;
  std::string why;
  if (lifetime < kMinimum) why = "may not specify a duration less than 10 minutes";
  if (lifetime > kMaximum) why = "may not specify a duration larger than 2^32 seconds";
  if (why.empty()) return lifetime;
  return refuse(invalid(kGroup, "TokenRequest", "", {field_invalid("spec.expirationSeconds", lifetime, why)}));
}

// The object whose end ends the token.
Answer<std::optional<BoundObject>> bound_object(const Object& spec, const Target& account, const Store& store) {
  const Object* ref = child(spec, "boundObjectRef");
  if (ref == nullptr) return std::nullopt;
  const auto [group, version] = split_api_version(text(*ref, "apiVersion"));
  const std::string kind(text(*ref, "kind"));
  const std::string name(text(*ref, "name"));
  const std::string_view plural = group.empty() ? plural_of_bound(kind) : std::string_view();
  if (plural.empty()) {
    return refuse(bad_request(fmt::format("cannot bind token to object of type {}/{}, Kind={}", group, version, kind)));
  }
  const ObjectPtr found = store.get(plural, {kind == "Node" ? "" : account.ns, name});
  if (found == nullptr) return refuse(not_found("", plural, name));
  const Object* pod = kind == "Pod" ? child(*found, "spec") : nullptr;
  if (pod != nullptr && text(*pod, "serviceAccountName") != account.name) {
    return refuse(bad_request(
        fmt::format("cannot bind token for serviceaccount \"{}\" to pod running with different serviceaccount name.",
                    account.name)));
  }
  const std::string_view uid = text(*ref, "uid");
  if (!uid.empty() && uid != uid_of(*found)) {
    return refuse(conflict(std::string(group), kind, name,
                           fmt::format("the UID in the bound object reference ({}) does not match the UID in record. "
                                       "The object might have been deleted and then recreated",
                                       uid)));
  }
  return BoundObject{kind, name, std::string(uid_of(*found))};
}

std::vector<std::string> audiences_of(const Object& spec) {
  std::vector<std::string> out;
  if (const json::Array* all = list(spec, "audiences")) {
    for (const json::Value& one : *all) {
      if (one.is_string()) out.emplace_back(one.get_string());
    }
  }
  return out;
}

}  // namespace

Answer<Reply> Api::issue_token(const Call& call) const {
  TRY(Body body, read_object(call.http, "TokenRequest"));
  const std::string_view kind = text(body.object, "kind");
  if (!kind.empty() && kind != "TokenRequest") {
    const std::string_view version = split_api_version(text(body.object, "apiVersion")).second;
    return refuse(
        bad_request(fmt::format("{0} in version \"{1}\" cannot be handled as a TokenRequest: converting ({1}.{0}) to "
                                "(authentication.TokenRequest): unknown conversion",
                                kind, version)));
  }
  static const schema::KindSchemaPtr kShape = schema::builtin("authentication.k8s.io/v1", "TokenRequest");
  TRY(schema::Decoded decoded, schema::decode(*kShape, std::move(body.object), schema::FieldValidation::kWarn));
  TRY_VOID(check_account(decoded.object, call.target));
  TRY(const ObjectPtr account, registry_.get(call.target));
  Object empty;
  const Object* given = child(decoded.object, "spec");
  const Object& spec = given == nullptr ? empty : *given;
  TRY(const std::int64_t lifetime, lifetime_of(spec));
  TRY(const std::optional<BoundObject> bound, bound_object(spec, call.target, store_));
  std::vector<std::string> audiences = audiences_of(spec);
  if (audiences.empty()) audiences.push_back(issuer_.issuer());
  const TokenSubject subject{call.target.ns, call.target.name, std::string(uid_of(*account)), bound};
  const SecretBytes token = issuer_.issue(subject, audiences, clock_.now(), std::chrono::seconds(lifetime));

  Object meta;
  meta["name"] = call.target.name;
  meta["namespace"] = call.target.ns;
  meta["uid"] = uid_of(*account);
  meta["creationTimestamp"] = format_time(clock_.now());
  json::Array for_whom;
  for (const std::string& one : audiences) for_whom.push_back(json::Value(one));
  Object asked;
  asked["audiences"] = std::move(for_whom);
  asked["expirationSeconds"] = lifetime;
  const json::Value* ref = spec.if_contains("boundObjectRef");
  asked["boundObjectRef"] = ref == nullptr ? json::Value() : *ref;
  Object status;
  status["token"] = token.reveal();
  status["expirationTimestamp"] = format_time(clock_.now() + std::chrono::seconds(lifetime));
  Object out;
  out["kind"] = "TokenRequest";
  out["apiVersion"] = "authentication.k8s.io/v1";
  out["metadata"] = std::move(meta);
  out["spec"] = std::move(asked);
  out["status"] = std::move(status);
  Reply reply = reply_of(201, out);
  wipe_strings(out["status"]);
  reply.warnings = std::move(decoded.warnings);
  return reply;
}

}  // namespace rotor::apiserver
