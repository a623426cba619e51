// A request with its parts read: shared by the files that serve it.
#pragma once

#include "apiserver/http/api.hpp"

namespace rotor::apiserver {

struct Api::Call {
  const net::ServerRequest& http;
  const Query& query;
  const Caller& caller;
  Target target;
  Accepted accepted;
};

// "" when absent.
std::string_view header(const net::ServerRequest& request, std::string_view name);

// The body as an object, JSON or YAML by its content type; `what` is the kind that was expected.
struct Body {
  json::Object object;
  std::vector<std::string> duplicates;
};
Answer<Body> read_object(const net::ServerRequest& request, std::string_view what);
Answer<json::Value> read_patch(const net::ServerRequest& request, PatchType type);

// fieldManager, fieldValidation, dryRun and force of a write; `options` is what the server calls them in refusals.
Answer<WriteRequest> write_request(const net::ServerRequest& request, const Query& query, std::string_view options);
Answer<bool> dry_run(const Query& query, std::string_view options);

// DeleteOptions from the body and the query.
Answer<DeleteRequest> delete_request(const net::ServerRequest& request, const Query& query);

// pods/log, pods/exec, pods/attach, pods/portforward.
bool is_pod_stream(const Target& target);

// Reviews are answered on the spot. Who has the token may do everything: there is one administrator.
Answer<json::Object> answer_review(const Target& target, json::Object review, const Caller& caller,
                                   const TokenIssuer& issuer, const Store& store, WallTime now);

// Are the account of a token and what the token is bound to still there?
bool still_stands(const TokenSubject& subject, const Store& store);

}  // namespace rotor::apiserver
