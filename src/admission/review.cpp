#include "admission/review.hpp"

#include <optional>

#include "base/encoding.hpp"
#include "json/describe.hpp"
#include "json/document.hpp"

namespace rotor::admission {

struct ReviewedKind {
  std::string group;
  std::string kind;
};

struct ReviewRequest {
  std::string uid;
  ReviewedKind kind;
  std::string operation;  // CREATE, UPDATE, DELETE, CONNECT
  std::optional<json::Raw> object;
  std::optional<json::Raw> old_object;
};

struct Review {
  std::string api_version;
  std::string kind;
  std::optional<ReviewRequest> request;
};

}  // namespace rotor::admission

namespace rotor::json {

using admission::Review;
using admission::ReviewedKind;
using admission::ReviewRequest;

ROTOR_DESCRIBED(ReviewedKind);
ROTOR_DESCRIBED(ReviewRequest);
ROTOR_DESCRIBED(Review);

ROTOR_DESCRIBE(ReviewedKind, "Of which kind the object is.", field<&ReviewedKind::group>("group"),
               field<&ReviewedKind::kind>("kind"));

ROTOR_DESCRIBE(ReviewRequest, "What is about to be done.", field<&ReviewRequest::uid>("uid"),
               field<&ReviewRequest::kind>("kind"), field<&ReviewRequest::operation>("operation"),
               field<&ReviewRequest::object>("object"), field<&ReviewRequest::old_object>("oldObject"));

ROTOR_DESCRIBE(Review, "A question of the API server.", field<&Review::api_version>("apiVersion"),
               field<&Review::kind>("kind"), field<&Review::request>("request"));

}  // namespace rotor::json

namespace rotor::admission {
namespace {

constexpr int kForbidden = 403;

bool is_object(const std::optional<json::Raw>& value) { return value && value->text.starts_with('{'); }

// Is it a question, and about this kind?
Result<ReviewRequest> read_request(const JudgedKind& kind, Review& review) {
  const std::string_view version = review.api_version;
  if (review.kind != "AdmissionReview" || (version != "admission.k8s.io/v1" && version != "admission.k8s.io/v1beta1")) {
    return fail(Code::kInvalid, "this is no AdmissionReview of admission.k8s.io/v1 or v1beta1");
  }
  if (!review.request || review.request->uid.empty()) {
    return fail(Code::kInvalid, "the AdmissionReview has no request with a uid");
  }
  ReviewRequest request = *std::move(review.request);
  if (request.kind.group != kind.group || request.kind.kind != kind.kind) {
    return fail(Code::kInvalid, fmt::format("this path is for {} of {} alone: correct clientConfig in the "
                                            "webhook's configuration",
                                            kind.kind, kind.group));
  }
  return request;
}

Result<Verdict> judge_request(const JudgedKind& kind, const ReviewRequest& request,
                              const providers::ProviderRegistry& registry) {
  const bool update = request.operation == "UPDATE";
  if (!update && request.operation != "CREATE") return Verdict{};  // what goes away may be as it likes
  if (!is_object(request.object)) return fail(Code::kInvalid, "the AdmissionReview has no request.object");
  const std::string_view old =
      update && is_object(request.old_object) ? std::string_view(request.old_object->text) : "";
  return kind.judge({request.object->text, old}, registry);
}

std::string review_text(const Review& review, json::Object response) {
  return json::serialize(
      json::Object{{"apiVersion", review.api_version}, {"kind", review.kind}, {"response", std::move(response)}});
}

std::string answer_text(const Review& review, const std::string& uid, const Verdict& verdict) {
  json::Object response{{"uid", uid}, {"allowed", verdict.allowed()}};
  if (!verdict.allowed()) {
    response["status"] = json::Object{
        {"status", "Failure"}, {"message", verdict.message()}, {"reason", "Forbidden"}, {"code", kForbidden}};
  }
  if (!verdict.warnings.empty()) {
    response["warnings"] = json::Array(verdict.warnings.begin(), verdict.warnings.end());
  }
  return review_text(review, std::move(response));
}

// Spec as a whole; "" when nothing is to be filled in.
Result<std::string> defaults_patch(const JudgedKind& kind, const ReviewRequest& request) {
  if (request.operation != "CREATE" && request.operation != "UPDATE") return std::string();
  if (!is_object(request.object)) return fail(Code::kInvalid, "the AdmissionReview has no request.object");
  TRY(const json::Value before, json::parse(request.object->text));
  TRY(const json::Value after, json::parse(kind.with_defaults(request.object->text)));
  const json::Value* was = json::find(before, "spec");
  const json::Value* is = json::find(after, "spec");
  if (is == nullptr || (was != nullptr && *was == *is)) return std::string();
  return json::serialize(json::Array{json::Object{{"op", "add"}, {"path", "/spec"}, {"value", *is}}});
}

}  // namespace

Result<std::string> answer_defaults(const JudgedKind& kind, const SecretBytes& question) {
  auto review = json::read<Review>(question.reveal());
  if (!review) return std::unexpected(std::move(review).error().prefixed("the AdmissionReview cannot be read"));
  TRY(const ReviewRequest request, read_request(kind, *review));
  TRY(const std::string patch, defaults_patch(kind, request));
  json::Object response{{"uid", request.uid}, {"allowed", true}};
  if (!patch.empty()) {
    response["patchType"] = "JSONPatch";
    response["patch"] = base64_encode(patch);
  }
  return review_text(*review, std::move(response));
}

Result<std::string> answer_review(const JudgedKind& kind, const SecretBytes& question,
                                  const providers::ProviderRegistry& registry) {
  auto review = json::read<Review>(question.reveal());
  if (!review) return std::unexpected(std::move(review).error().prefixed("the AdmissionReview cannot be read"));
  TRY(const ReviewRequest request, read_request(kind, *review));
  TRY(const Verdict verdict, judge_request(kind, request, registry));
  return answer_text(*review, request.uid, verdict);
}

}  // namespace rotor::admission
