#include "local/node/revisions.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/apps/stateful_set.hpp"
#include "json/writer.hpp"

namespace rotor::local {

namespace {

using json::Object;
using json::Value;

constexpr kube::Resource kRevisions{"apps", "v1", "controllerrevisions", "ControllerRevision"};
constexpr std::int64_t kDefaultLimit = 10;
constexpr int kMostCollisions = 8;

std::string text_of(const Object& object, std::string_view path) {
  const Value whole(object);
  return std::string(json::find_string(whole, path));
}

std::int64_t number_of(const Object& object, std::string_view path, std::int64_t otherwise) {
  const Value whole(object);
  const Value* value = json::find(whole, path);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

std::string sorted_text(const Value& value) {
  return json::compact_sorted(json::serialize(value), json::Escape::kHtml).value_or("");
}

// A strategic merge patch that brings the template back.
Object data_of(const Object& set) {
  const Value whole(set);
  Object pod_template;
  if (const Value* found = json::find(whole, "spec.template"); found != nullptr && found->is_object())
    pod_template = found->get_object();
  pod_template["$patch"] = "replace";
  Object spec;
  spec["template"] = std::move(pod_template);
  Object out;
  out["spec"] = std::move(spec);
  return out;
}

std::string data_text(const Object& revision) {
  const Value* data = revision.if_contains("data");
  return data == nullptr ? std::string() : sorted_text(*data);
}

Object copy_of(const Object& set, std::string_view path) {
  const Value whole(set);
  const Value* found = json::find(whole, path);
  return found != nullptr && found->is_object() ? found->get_object() : Object();
}

Object owner_of(const Object& set) {
  Object out;
  out["apiVersion"] = "apps/v1";
  out["kind"] = "StatefulSet";
  out["name"] = text_of(set, "metadata.name");
  out["uid"] = text_of(set, "metadata.uid");
  out["controller"] = true;
  out["blockOwnerDeletion"] = true;
  return out;
}

Object make_revision(const Object& set, Object data, const std::string& hash, std::int64_t number) {
  Object labels = copy_of(set, "spec.template.metadata.labels");
  labels["controller.kubernetes.io/hash"] = hash;
  Object meta;
  meta["name"] = fmt::format("{}-{}", text_of(set, "metadata.name").substr(0, 223), hash);
  meta["namespace"] = text_of(set, "metadata.namespace");
  meta["labels"] = std::move(labels);
  if (Object annotations = copy_of(set, "metadata.annotations"); !annotations.empty())
    meta["annotations"] = std::move(annotations);
  meta["ownerReferences"] = json::Array{owner_of(set)};
  Object out;
  out["apiVersion"] = "apps/v1";
  out["kind"] = "ControllerRevision";
  out["metadata"] = std::move(meta);
  out["data"] = std::move(data);
  out["revision"] = number;
  return out;
}

bool owned_by(const Object& revision, std::string_view uid) {
  const Value whole(revision);
  const Value* owners = json::find(whole, "metadata.ownerReferences");
  return owners != nullptr && owners->is_array() && std::ranges::any_of(owners->get_array(), [&](const Value& one) {
           return json::find_string(one, "uid") == uid;
         });
}

// What is over the limit, oldest first; the present one is never counted.
std::vector<std::string> superfluous(const std::vector<Object>& oldest_first, std::string_view present,
                                     std::int64_t limit) {
  std::vector<std::string> history;
  for (const Object& one : oldest_first) {
    if (std::string name = text_of(one, "metadata.name"); name != present) history.push_back(std::move(name));
  }
  if (limit < 0 || std::cmp_less_equal(history.size(), limit)) return {};
  history.resize(history.size() - static_cast<std::size_t>(limit));
  return history;
}

}  // namespace

std::string revision_hash(std::string_view data, int collisions) {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::uint32_t hash = 2166136261U;
  const auto take = [&](std::string_view bytes) {
    for (const char c : bytes) hash = (hash * 16777619U) ^ static_cast<unsigned char>(c);
  };
  take(data);
  take(std::to_string(collisions));
  std::string out;
  for (const char digit : std::to_string(hash)) out += kLetters[static_cast<unsigned char>(digit) % kLetters.size()];
  return out;
}

RevisionPlan plan_revisions(const Object& set, std::vector<Object> existing, int collisions) {
  std::ranges::stable_sort(existing, {}, [](const Object& one) { return number_of(one, "revision", 0); });
  Object data = data_of(set);
  const std::string wanted = sorted_text(Value(data));
  RevisionPlan out;
  out.number = existing.empty() ? 1 : number_of(existing.back(), "revision", 0) + 1;
  const auto same = std::ranges::find_if(existing.rbegin(), existing.rend(),
                                         [&](const Object& one) { return data_text(one) == wanted; });
  if (same == existing.rend()) {
    Object made = make_revision(set, std::move(data), revision_hash(wanted, collisions), out.number);
    out.name = text_of(made, "metadata.name");
    out.create = std::move(made);
  } else {
    out.name = text_of(*same, "metadata.name");
    if (same != existing.rbegin()) out.renumber = out.name;
  }
  out.remove = superfluous(existing, out.name, number_of(set, "spec.revisionHistoryLimit", kDefaultLimit));
  return out;
}

namespace {

Task<Result<std::vector<Object>>> owned_revisions(kube::Client& client, std::string ns, std::string uid) {
  std::vector<Object> out;
  CO_TRY_VOID(co_await kube::list_all(client, kRevisions, std::move(ns), {}, [&out, uid](std::string_view item) {
    auto parsed = json::parse(item);
    if (parsed && parsed->is_object() && owned_by(parsed->get_object(), uid)) out.push_back(parsed->get_object());
  }));
  co_return out;
}

Task<Result<void>> carry_out(kube::Client& client, std::string ns, RevisionPlan plan) {
  if (plan.create) {
    SecretBytes body(json::serialize(Value(*plan.create)));
    CO_TRY_VOID(co_await client.create(kRevisions, ns, std::move(body)));
  } else if (!plan.renumber.empty()) {
    SecretBytes body(fmt::format(R"({{"revision":{}}})", plan.number));
    CO_TRY_VOID(co_await client.patch(kRevisions, {ns, plan.renumber}, kube::PatchType::kMerge, std::move(body)));
  }
  for (const std::string& name : plan.remove) {
    auto removed = co_await client.remove(kRevisions, {ns, name});
    if (!removed && removed.error().code != Code::kNotFound) co_return removed;
  }
  co_return Result<void>{};
}

}  // namespace

Task<Result<std::string>> keep_revisions(kube::Client& client, kube::Key key) {
  CO_TRY(const SecretBytes answer, co_await client.get(kube::kResource<api::StatefulSet>, key));
  CO_TRY(const Value parsed, json::parse(answer.reveal()));
  if (!parsed.is_object()) co_return fail(Code::kInvalid, "the StatefulSet is no object");
  const Object set = parsed.get_object();
  CO_TRY(const std::vector<Object> existing, co_await owned_revisions(client, key.ns, text_of(set, "metadata.uid")));
  for (int collisions = 0;; ++collisions) {
    RevisionPlan plan = plan_revisions(set, existing, collisions);
    std::string name = plan.name;
    auto done = co_await carry_out(client, key.ns, std::move(plan));
    if (done) co_return name;
    const bool taken = done.error().code == Code::kAlreadyExists;
    if (!taken || collisions == kMostCollisions) co_return std::unexpected(std::move(done).error());
  }
}

}  // namespace rotor::local
