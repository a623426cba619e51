// A Lease and replicas' ways to it, for tests of who holds it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "json/document.hpp"
#include "kube/client/client.hpp"
#include "kube/leader/lease.hpp"

namespace rotor::kube {

// One Lease with the API server's optimistic locking, shared by every replica of a test.
struct LeaseStore {
  std::optional<Lease> lease;
  std::int64_t version = 0;
  std::vector<std::string> holders;  // each write's

  Result<SecretBytes> put(Lease next) {
    next.metadata.resource_version = std::to_string(++version);
    holders.push_back(next.spec.holder_identity);
    lease = std::move(next);
    return json::write_secret(*lease);
  }
};

// How one replica reaches the store: with what delays, and whether at all.
class LeaseClient final : public Client {
 public:
  LeaseClient(LeaseStore& store, Clock& clock) : store_(store), clock_(clock) {}

  bool reachable = true;
  std::string refused_verb{};  // for which there is no right
  Duration there{};            // what a request takes to the server…
  Duration back{};             // …and its answer back

  Task<Result<SecretBytes>> get(Resource, Key) override {
    CO_TRY_VOID(co_await travel(there));
    CO_TRY_VOID(may("get"));
    Result<SecretBytes> answer = store_.lease ? Result<SecretBytes>(json::write_secret(*store_.lease))
                                              : fail(Code::kNotFound, "there is no lease");
    CO_TRY_VOID(co_await travel(back));
    co_return answer;
  }
  Task<Result<SecretBytes>> create(Resource, std::string, SecretBytes object, WriteOptions) override {
    CO_TRY_VOID(co_await travel(there));
    CO_TRY_VOID(may("create"));
    Result<SecretBytes> answer =
        store_.lease ? fail(Code::kAlreadyExists, "it exists") : store_.put(*json::read<Lease>(object.reveal()));
    CO_TRY_VOID(co_await travel(back));
    co_return answer;
  }
  Task<Result<SecretBytes>> patch(Resource, Key, PatchType, SecretBytes patch, WriteOptions) override {
    CO_TRY_VOID(co_await travel(there));
    CO_TRY_VOID(may("patch"));
    Result<SecretBytes> answer = merge(*json::parse(patch.reveal()));
    CO_TRY_VOID(co_await travel(back));
    co_return answer;
  }
  Task<Result<ListPage>> list_page(Resource, std::string, ListOptions, std::string) override {
    CO_TRY_VOID(may("list"));
    co_return fail(Code::kUnavailable, "not in this test");
  }
  Task<Result<std::unique_ptr<WatchStream>>> watch(Resource, std::string, ListOptions, std::string) override {
    co_return fail(Code::kUnavailable, "not in this test");
  }
  Task<Result<SecretBytes>> update(Resource, Key, SecretBytes, WriteOptions) override {
    co_return fail(Code::kInternal, "not in this test");
  }
  Task<Result<void>> remove(Resource, Key, DeleteOptions) override {
    co_return fail(Code::kInternal, "not in this test");
  }
  Task<Result<IssuedToken>> request_token(Key, TokenRequest) override {
    co_return fail(Code::kInternal, "not in this test");
  }
  Task<Result<bool>> serves(Resource) override { co_return true; }
  Task<Result<std::vector<ServedKind>>> kinds_of(std::string) override { co_return std::vector<ServedKind>{}; }

 private:
  Result<SecretBytes> merge(const json::Value& patch) {
    const bool current =
        store_.lease && store_.lease->metadata.resource_version == json::find_string(patch, "metadata.resourceVersion");
    if (!current) return fail(Code::kConflict, "somebody was faster");
    Lease next = *store_.lease;
    next.spec = json::read<Lease>(json::serialize(json::Object{{"spec", *json::find(patch, "spec")}}))->spec;
    if (const json::Value* annotations = json::find(patch, "metadata.annotations")) {
      for (const auto& [name, value] : annotations->get_object()) {
        next.metadata.annotations.erase(std::string(name));
        if (value.is_string()) next.metadata.annotations.emplace(name, value.get_string().c_str());
      }
    }
    return store_.put(std::move(next));
  }
  Result<void> may(std::string_view verb) const {
    return verb == refused_verb ? Result<void>(fail(Code::kDenied, "forbidden")) : Result<void>();
  }
  Task<Result<void>> travel(Duration time) {
    if (time > Duration::zero()) co_await clock_.sleep_for(time);
    if (!reachable) co_return fail(Code::kUnavailable, "cannot be reached");
    co_return Result<void>();
  }

  LeaseStore& store_;
  Clock& clock_;
};

}  // namespace rotor::kube
