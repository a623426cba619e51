// Secret Manager's REST API, as far as reading needs it. https://cloud.google.com/secret-manager/docs/reference/rest
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "providers/gcp/session.hpp"

namespace rotor::providers::gcp {

// The host of global secrets, or of those of a location; $ROTOR_GCP_SECRETMANAGER_ENDPOINT instead of both.
std::string api_endpoint(const EnvironmentVariables& environment, const std::string& location);

// What to say when nobody answers there: which field made the address. Empty: none did.
std::string doubt_about_endpoint(const std::string& endpoint, const std::string& location);

// `projects/P/secrets`, of a location `projects/P/locations/L/secrets`.
std::string secrets_path(std::string_view project, std::string_view location);

// The secret in a full name, whose project may be a number: `projects/1/secrets/NAME/versions/2` is NAME. Empty when it
// is no such name.
std::string short_name(std::string_view full_name);
std::string version_in(std::string_view full_name);

class Rest {
 public:
  Rest(Shared& shared, std::unique_ptr<Session> session, std::string endpoint, std::string doubt, RetryPolicy retry)
      : shared_(shared),
        session_(std::move(session)),
        endpoint_(std::move(endpoint)),
        doubt_(std::move(doubt)),
        retry_(retry) {}

  Session& session() { return *session_; }

  struct Done {};
  // Takes what it needs of a document. An error: the answer makes no sense, and is asked for again when transient.
  using Read = std::function<Result<void>(const SecretBytes& document)>;
  // One document; `target` is a path with its query, percent-encoded.
  Task<Lookup<Done>> get(std::string call, std::string target, Read read);

  using EachItem = std::function<Result<void>(std::string_view item)>;
  // All pages of a list, item by item. `member`: the list's name in each page.
  Task<Lookup<Done>> list(std::string call, std::string target, std::string member, std::string filter, EachItem each);

 private:
  struct Outcome {
    std::optional<Error> error{};
    bool absent = false;
    bool unauthenticated = false;
  };
  Task<Outcome> get_once(std::string call, std::string url, TokenPtr token, Read read);

  Shared& shared_;
  std::unique_ptr<Session> session_;
  std::string endpoint_;
  std::string doubt_;  // goes with an error when nobody answered
  RetryPolicy retry_;
};

// One page of a list, item by item as JSON; `next` is where the following one begins, empty on the last. An empty
// document is an empty page.
struct Page {
  std::vector<std::string> items;
  std::string next;
};
Result<Page> read_page(const SecretBytes& document, std::string_view member);

}  // namespace rotor::providers::gcp
