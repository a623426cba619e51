// The Kubernetes API as the rest of the house sees it: the embedded server and a real one are the same to it.
// Bodies are JSON in SecretBytes; the templates below read and write described structs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

struct ListOptions {
  std::string label_selector{};
  std::string field_selector{};
  bool metadata_only = false;  // PartialObjectMetadata instead of whole objects
  int page_size = 500;
};

struct ListPage {
  SecretBytes body;  // a List document; items are read one by one so that one bad object spoils only itself
  std::string resource_version;
  std::string continue_token;  // empty on the last page
};

struct WatchEvent {
  enum class Type : std::uint8_t { kAdded, kModified, kDeleted, kBookmark } type;
  SecretBytes object;
};

class WatchStream {
 public:
  virtual ~WatchStream() = default;
  // The next event; nullopt when the server closed the watch in good order. kGone: list again.
  virtual Task<Result<std::optional<WatchEvent>>> next() = 0;
};

enum class PatchType : std::uint8_t { kMerge, kStrategicMerge, kJson, kApply };

struct WriteOptions {
  std::string field_manager{};  // default: the client's own name
  std::string subresource{};    // "status", …
  bool force = false;           // apply only: take fields over from other managers
  bool dry_run = false;
  std::string field_validation{};  // "Strict", "Warn", "Ignore"; empty: the server's default (Warn)
  bool confidential = false;       // it holds secret values: of a refusal the server's own text is not told on
};

struct DeleteOptions {
  std::optional<std::string> uid{};  // preconditions
  std::optional<std::string> resource_version{};
  std::string propagation_policy{};  // "Foreground", "Background", "Orphan"; empty: the kind's default
  bool dry_run = false;
  std::optional<std::int64_t> grace_period_seconds{};  // of a Pod; 0: its node says that it is gone
};

struct TokenRequest {
  std::vector<std::string> audiences{};
  std::optional<std::int64_t> expiration_seconds{};  // absent: the server's default
};
// A kind of one group and version, as the server lists it.
struct ServedKind {
  std::string kind;
  std::string plural;
  bool namespaced = true;
};
struct IssuedToken {
  SecretBytes token;
  WallTime expires;
};

// Every call: kUnavailable/kTimeout when the server cannot be reached, else the server's Status as an Error:
// its message, and a code from its reason (NotFound, AlreadyExists, Conflict, Expired/Gone → kGone from list_page and
// watch and kUnavailable from what is about one object, Forbidden → kDenied, Unauthorized, Invalid/BadRequest,
// TooManyRequests with retry_after). Retries of 429 and 5xx on reads are the
// client's. Of a refusal that is about a Secret, or a confidential write, the message holds nothing that the server
// quotes (kube/client/status.hpp). kGone from create: its namespace is going or gone. kNotFound from get, update, patch
// and remove means this object; a kind that is not served is kUnavailable there and kNotFound from list_page and watch,
// where nothing else can be missing.
class Client {
 public:
  virtual ~Client() = default;

  virtual Task<Result<SecretBytes>> get(Resource resource, Key key) = 0;
  virtual Task<Result<ListPage>> list_page(Resource resource, std::string ns, ListOptions options,
                                           std::string continue_token) = 0;
  virtual Task<Result<std::unique_ptr<WatchStream>>> watch(Resource resource, std::string ns, ListOptions options,
                                                           std::string resource_version) = 0;
  virtual Task<Result<SecretBytes>> create(Resource resource, std::string ns, SecretBytes object,
                                           WriteOptions options = {}) = 0;
  virtual Task<Result<SecretBytes>> update(Resource resource, Key key, SecretBytes object,
                                           WriteOptions options = {}) = 0;
  virtual Task<Result<SecretBytes>> patch(Resource resource, Key key, PatchType type, SecretBytes patch,
                                          WriteOptions options = {}) = 0;
  virtual Task<Result<void>> remove(Resource resource, Key key, DeleteOptions options = {}) = 0;
  virtual Task<Result<IssuedToken>> request_token(Key service_account, TokenRequest request) = 0;

  // Is this kind served (its CRD there)? kNotFound never: false.
  virtual Task<Result<bool>> serves(Resource resource) = 0;
  // Of "v1" or "apps/v1"; none when that version is not served.
  virtual Task<Result<std::vector<ServedKind>>> kinds_of(std::string api_version) = 0;
};

// An answer of the API server as a described struct.
template <class T>
Result<T> decode(const SecretBytes& body) {
  return json::read<T>(body.reveal());
}

template <class T>
Task<Result<T>> get(Client& client, Key key) {
  CO_TRY(const SecretBytes body, co_await client.get(kResource<T>, std::move(key)));
  co_return json::read<T>(body.reveal());
}

template <class T>
Task<Result<T>> create(Client& client, T object, WriteOptions options = {}) {
  SecretBytes body = json::write_secret(object);
  CO_TRY(const SecretBytes answer,
         co_await client.create(kResource<T>, object.metadata.ns, std::move(body), std::move(options)));
  co_return json::read<T>(answer.reveal());
}

// Calls `item` with each element's slice of a List document.
Result<void> for_each_item(std::string_view list, const std::function<void(std::string_view)>& item);

// Reads all pages; calls `item` with each element's slice of JSON. Returns the list's resourceVersion.
Task<Result<std::string>> list_all(Client& client, Resource resource, std::string ns, ListOptions options,
                                   std::function<void(std::string_view)> item);

}  // namespace rotor::kube
