// What a back end can be asked: the contract of every SecretsClient. Absence is a value here, never an error.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "api/externalsecrets/references.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "kube/object/object.hpp"

namespace rotor::providers {

using api::es::RemoteRef;

// The store's own statement that it has no such secret (or no such property in it), in words for a person.
struct Absent {
  std::string what;
};

// What a read came to when it came to no value.
using NoValue = std::variant<Absent, Error>;

// The outcome of a read: a value, the store's statement that there is none, or an error. deletionPolicy acts on
// absence, so an error never turns into it: a time-out, a refusal or an answer that makes no sense stays an Error by
// construction.
template <class T>
class [[nodiscard]] Lookup {
 public:
  Lookup() : Lookup(fail(Code::kInternal, "no answer")) {}
  Lookup(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Lookup(Absent absent) : state_(std::in_place_index<1>, std::move(absent)) {}
  Lookup(std::unexpected<Error> error) : state_(std::in_place_index<2>, std::move(error).error()) {}
  Lookup(Result<T> result) : Lookup(result ? Lookup(*std::move(result)) : Lookup(std::unexpected(result.error()))) {}
  Lookup(NoValue none) : state_(std::in_place_index<2>) {
    if (Absent* absent = std::get_if<Absent>(&none)) {
      state_.template emplace<1>(std::move(*absent));
    } else {
      state_.template emplace<2>(std::get<Error>(std::move(none)));
    }
  }

  bool found() const { return state_.index() == 0; }
  bool absent() const { return state_.index() == 1; }
  bool failed() const { return state_.index() == 2; }
  // It says nothing about the store: who asked could not wait any longer.
  bool given_up() const { return failed() && error().code == Code::kCancelled; }
  explicit operator bool() const { return found(); }

  // Of a value: what the store calls the version of it that was read; empty where it has none, or does not say.
  const std::string& version() const { return version_; }
  Lookup of_version(std::string version) && {
    version_ = std::move(version);
    return std::move(*this);
  }

  // Of a value: what is another than the store holds, in words for a person; empty: nothing is.
  const std::string& altered() const { return altered_; }
  Lookup altered_by(std::string how) && {
    altered_ = std::move(how);
    return std::move(*this);
  }

  // Both as of the look-up whose value this one's was made of.
  template <class Other>
  Lookup made_of(const Lookup<Other>& other) && {
    return std::move(*this).of_version(other.version()).altered_by(other.altered());
  }

  T& operator*() & { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  const T& operator*() const& { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Absent& absence() const { return std::get<1>(state_); }
  const Error& error() const { return std::get<2>(state_); }

  // Of a look-up without a value: what to hand on.
  NoValue none() && {
    if (absent()) return std::get<1>(std::move(state_));
    return std::get<2>(std::move(state_));
  }

 private:
  std::variant<T, Absent, Error> state_;
  std::string version_{};
  std::string altered_{};
};

// The outcome of SecretsClient::validate. kUnknown with an error leaves the store Ready (reason ValidationUnknown).
enum class Validity : std::uint8_t { kReady, kUnknown, kError };
struct Validation {
  Validity validity = Validity::kReady;
  std::optional<Error> error{};
};

struct FindRequest {
  std::optional<std::string> path{};
  std::optional<std::string> name_regexp{};
  std::optional<kube::StringMap> tags{};
  std::string conversion_strategy{};
};

class SecretsWriter;

// One store as seen by one consumer. Lives for one reconcile, and may remember what it read; what should outlive it the
// Provider keeps (tokens, connections), or again() hands on. Error texts never quote a payload.
class SecretsClient {
 public:
  virtual ~SecretsClient() = default;

  // A client for another reconcile: who it is and how it asks are this one's, what this one has read is not. It may
  // outlive this one, and both may be asked at once. Null: one is made anew for each (it holds what has to be closed,
  // or making it costs nothing). KeptClients calls it.
  virtual std::unique_ptr<SecretsClient> again() const { return nullptr; }

  // Nobody waits for what is read from now on: it may be held back for a fraction of a second where that saves calls.
  virtual void be_patient() {}

  // Are the credentials and the address good? Reads no secret.
  virtual Task<Validation> validate() = 0;

  // May reads of different secrets be under way at once? Not where one read brings what the next would ask for: a whole
  // configuration, the ids of vaults.
  virtual bool reads_side_by_side() const { return false; }

  virtual Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) = 0;

  // The members of one remote secret (dataFrom.extract).
  virtual Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) = 0;

  // All secrets that match (dataFrom.find); name → value. None is an empty map; absence is the store's statement that
  // there is nothing at all where the search begins, in a store that says so.
  virtual Task<Lookup<SecretMap>> get_all(FindRequest find) = 0;

  // The calls that were made since this was last asked: of a client whose reads are not one each, because several leave
  // in one, or a search takes a call for each page. Budgets count calls.
  virtual int take_calls() { return 1; }

  // Null: this back end is only read.
  virtual SecretsWriter* writer() { return nullptr; }

  virtual Task<> close();  // nothing by default
};

}  // namespace rotor::providers

// LOOKUP(decl, expr): `decl = value of a Lookup`, or hand on its absence or error. For coroutines that answer a Lookup.
#define ROTOR_LOOKUP_AT_(tmp, decl, expr)    \
  auto tmp = (expr);                         \
  if (!tmp) co_return std::move(tmp).none(); \
  decl = *std::move(tmp)
#define CO_LOOKUP(decl, ...) ROTOR_LOOKUP_AT_(ROTOR_CONCAT(rotor_lookup_, __COUNTER__), decl, (__VA_ARGS__))
