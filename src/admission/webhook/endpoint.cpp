#include "admission/webhook/endpoint.hpp"

#include "admission/review.hpp"

namespace rotor::admission {
namespace {

struct HttpAnswer {
  int status;
  std::string_view type;
  std::string body;
};

constexpr std::string_view kText = "text/plain; charset=utf-8";

bool is_json(const net::ServerRequest& request) {
  const std::string* type = net::find_header(request.headers, "Content-Type");
  return type != nullptr && (*type == "application/json" || type->starts_with("application/json;"));
}

HttpAnswer answer(const net::ServerRequest& request, const providers::ProviderRegistry& registry) {
  const JudgedKind* kind = judged_at(request.path);
  const JudgedKind* defaults = defaulted_at(request.path);
  if (kind == nullptr && defaults == nullptr) return {404, kText, "no webhook has this path\n"};
  if (request.method != "POST") return {405, kText, "an AdmissionReview is sent with POST\n"};
  if (!is_json(request)) return {415, kText, "an AdmissionReview is sent as application/json\n"};
  auto review =
      kind != nullptr ? answer_review(*kind, request.body, registry) : answer_defaults(*defaults, request.body);
  if (!review) return {400, kText, review.error().message + "\n"};
  return {200, "application/json", *std::move(review)};
}

Task<> respond(net::ServerResponse& response, HttpAnswer said) {
  net::Headers headers{{"Content-Type", std::string(said.type)}};
  co_await response.respond(said.status, std::move(headers), SecretBytes(said.body));
}

}  // namespace

net::Handler make_endpoint(const providers::ProviderRegistry& registry) {
  return [&registry](const net::ServerRequest& request, net::ServerResponse& response) {
    return respond(response, answer(request, registry));
  };
}

bool wants_question(const net::ServerRequest& head) {
  const bool known = judged_at(head.path) != nullptr || defaulted_at(head.path) != nullptr;
  return head.method == "POST" && known && is_json(head);
}

}  // namespace rotor::admission
