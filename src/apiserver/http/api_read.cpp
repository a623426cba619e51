// GET: one object, a list by pages, a watch.
#include <fmt/format.h>

#include "apiserver/http/call.hpp"
#include "base/encoding.hpp"

namespace rotor::apiserver {

namespace {

constexpr std::string_view kContinueExpired =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list.";

// Where the next page starts, and of which moment it is. Revision 0: of now.
struct Continuation {
  std::uint64_t revision = 0;
  kube::Key after;
};

std::string encode(const Continuation& at) {
  json::Object out;
  out["v"] = "meta.k8s.io/v1";
  out["rv"] = at.revision;
  out["ns"] = at.after.ns;
  out["start"] = at.after.name;
  return base64_encode(json::serialize(json::Value(std::move(out))), Base64::kRawUrl);
}

Answer<Continuation> decode_continue(std::string_view token) {
  const auto wrong = [](std::string_view why) {
    return refuse(bad_request(fmt::format("invalid continue token: continue key is not valid: {}", why)));
  };
  const auto text_of_token = base64_decode(token, Base64::kRawUrl);
  if (!text_of_token) return wrong(text_of_token.error().message);
  const auto parsed = json::parse(*text_of_token);
  if (!parsed || !parsed->is_object()) return wrong("it was not made by this server");
  const json::Object& object = parsed->get_object();
  const json::Value* revision = object.if_contains("rv");
  if (text(object, "v") != "meta.k8s.io/v1" || revision == nullptr || !revision->is_int64() ||
      text(object, "start").empty()) {
    return wrong("it was not made by this server");
  }
  return Continuation{static_cast<std::uint64_t>(revision->get_int64()),
                      {std::string(text(object, "ns")), std::string(text(object, "start"))}};
}

}  // namespace

Answer<Reply> Api::get(const Call& call) const {
  TRY(const std::optional<std::uint64_t> revision, parse_revision(call.query.get("resourceVersion")));
  if (revision && *revision > store_.revision())
    return refuse(too_large_resource_version(*revision, store_.revision()));
  TRY(const ObjectPtr found, registry_.get(call.target));
  return Reply{.body = renderer_.one(call.target, *found, call.accepted)};
}

Answer<Api::Outcome> Api::list_or_watch(const Call& call) {
  const bool watching = call.query.flag("watch") || parse_resource_path(split_path(call.http.path))->watch;
  TRY(const ListRequest request, list_request(call.query, watching));
  WatchFilter filter{.ns = call.target.ns, .labels = {}, .fields = {}};
  TRY(filter.labels, LabelSelector::parse(request.label_selector));
  std::string fields = request.field_selector;
  if (!call.target.name.empty()) fields += (fields.empty() ? "" : ",") + ("metadata.name=" + call.target.name);
  TRY(filter.fields, FieldSelector::parse(fields));
  TRY_VOID(filter.fields.check(call.target.version->selectable_fields, call.target.kind->namespaced));
  if (watching) return watch(call, request, std::move(filter));
  TRY(Reply reply, list(call, request, filter));
  return Outcome{.reply = std::move(reply)};
}

Answer<Reply> Api::list(const Call& call, const ListRequest& request, const WatchFilter& filter) const {
  const std::string& resource = call.target.kind->storage_key;
  TRY(const std::optional<std::uint64_t> asked, parse_revision(request.resource_version));
  if (asked && *asked > store_.revision()) return refuse(too_large_resource_version(*asked, store_.revision()));
  std::uint64_t revision = store_.revision();
  std::optional<kube::Key> after;
  if (!request.continue_token.empty()) {
    TRY(const Continuation from, decode_continue(request.continue_token));
    if (from.revision > 0) revision = from.revision;
    after = from.after;
  } else if (request.resource_version_match == "Exact") {
    revision = *asked;
  }
  std::optional<ObjectMap> past;
  if (revision != store_.revision()) {
    past = store_.objects_at(resource, revision);
    if (!past && after) return refuse(expired(std::string(kContinueExpired)));
    if (!past)
      return refuse(expired(fmt::format("The resourceVersion for the provided list is too old: {}", revision)));
  }
  const ObjectMap& objects = past ? *past : store_.objects(resource);
  std::vector<ObjectPtr> items;
  std::size_t remaining = 0;
  for (auto it = after ? objects.upper_bound(*after) : objects.begin(); it != objects.end(); ++it) {
    if (!filter.matches(*it->second)) continue;
    if (request.limit > 0 && items.size() == request.limit) {
      ++remaining;
    } else {
      items.push_back(it->second);
    }
  }
  Renderer::ListMeta meta{.revision = revision};
  if (remaining > 0) {
    meta.continue_token =
        encode({revision, {std::string(namespace_of(*items.back())), std::string(name_of(*items.back()))}});
    if (filter.labels.empty() && filter.fields.empty()) meta.remaining = remaining;
  }
  return Reply{.body = renderer_.many(call.target, items, meta, call.accepted)};
}

Answer<Api::Outcome> Api::watch(const Call& call, const ListRequest& request, WatchFilter filter) {
  TRY(const std::optional<std::uint64_t> asked, parse_revision(request.resource_version));
  auto open = std::make_unique<OpenWatch>();
  open->timeout = std::chrono::seconds(request.timeout_seconds);
  open->bookmarks = request.bookmarks;
  if (!call.target.version->deprecation.empty()) open->warnings.push_back(call.target.version->deprecation);
  const bool initial = request.send_initial_events.value_or(false);
  if (initial && asked && *asked > store_.revision()) {
    return refuse(too_large_resource_version(*asked, store_.revision()));
  }
  open->feed = std::make_unique<WatchFeed>(store_, renderer_, call.target, std::move(filter), call.accepted);
  if (initial) {
    open->feed->start_with_all(request.bookmarks);
  } else if (request.send_initial_events && (!asked || *asked == 0)) {
    open->feed->start_after(store_.revision());
  } else if (!asked || *asked == 0) {
    open->feed->start_with_all(false);
  } else {
    open->feed->start_after(*asked);
  }
  return Outcome{.reply = {}, .watch = std::move(open)};
}

}  // namespace rotor::apiserver
