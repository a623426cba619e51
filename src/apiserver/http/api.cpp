#include "apiserver/http/api.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "apiserver/http/call.hpp"
#include "apiserver/http/discovery.hpp"
#include "apiserver/http/openapi.hpp"
#include "apiserver/http/yaml_text.hpp"
#include "base/ascii.hpp"

namespace rotor::apiserver {

namespace {

// Different (verb, resource, client) that are told apart; an administrator's script with a new name each time is not.
constexpr std::size_t kMaxCounts = 4096;

// What kubeadm, kind and minikube call it.
constexpr std::string_view kIssuer = "https://kubernetes.default.svc.cluster.local";
constexpr std::string_view kInitialNamespaces[] = {"default", "kube-node-lease", "kube-public", "kube-system"};

Reply plain(std::string_view text) { return {200, "text/plain; charset=utf-8", SecretBytes(text)}; }

bool is_public(std::string_view first) {
  return first == "healthz" || first == "livez" || first == "readyz" || first == "version" || first == ".well-known" ||
         first == "openid";
}

bool same_secret(std::string_view a, const SecretBytes& b) {
  const std::string_view other = b.reveal();
  return a.size() == other.size() && CRYPTO_memcmp(a.data(), other.data(), a.size()) == 0;
}

std::string verb_of(const net::ServerRequest& request, bool named, bool watching) {
  if (request.method == "GET") return watching ? "watch" : named ? "get" : "list";
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return named ? "delete" : "deletecollection";
  return "other";
}

void turn_to_yaml(Reply& reply) {
  auto document = json::parse(reply.body.reveal());
  if (!document) return;
  reply.body = to_yaml(*document);
  reply.content_type = "application/yaml";
  wipe_strings(*document);
}

Failure forbidden_to_anonymous(const net::ServerRequest& request, const Intent& what) {
  constexpr std::string_view kUser = "User \"system:anonymous\" cannot";
  const auto path = parse_resource_path(split_path(request.path));
  if (!path)
    return forbidden("", "", "", fmt::format("{} {} path \"{}\"", kUser, ascii_lower(request.method), request.path));
  const std::string_view ns = path->ns.empty() && path->resource == "namespaces" ? path->name : path->ns;
  const std::string where = ns.empty() ? "at the cluster scope" : fmt::format("in the namespace \"{}\"", ns);
  return forbidden(
      path->group, path->resource, path->name,
      fmt::format("{} {} resource \"{}\" in API group \"{}\" {}", kUser, what.verb, what.resource, path->group, where));
}

}  // namespace

Reply reply_of(int status, const json::Object& body) { return {status, "application/json", serialize(body)}; }

Reply reply_of(const Failure& failure) { return reply_of(failure.code, to_status(failure)); }

std::string_view header(const net::ServerRequest& request, std::string_view name) {
  const std::string* found = net::find_header(request.headers, name);
  return found == nullptr ? std::string_view() : std::string_view(*found);
}

Api::Api(const Clock& clock, Options options, std::function<void()> wake)
    : clock_(clock),
      options_(std::move(options)),
      store_(options_.store),
      registry_(store_, kinds_, clock_),
      renderer_(registry_, clock_),
      issuer_(std::string(kIssuer), "https://" + options_.address),
      crds_(registry_, kinds_),
      garbage_(registry_, std::move(wake)) {
  registry_.set_admit([this](const ServedKind& kind, json::Object& object, const json::Object* old) -> Answer<void> {
    if (kind.custom || kind.kind != "CustomResourceDefinition") return {};
    return admit_crd(object, old, kinds_, registry_.now_text());
  });
  registry_.set_admission(options_.admission);
  const KindPtr namespaces = kinds_.find("", "namespaces");
  for (const std::string_view name : kInitialNamespaces) {
    json::Object ns;
    metadata_of(ns)["name"] = name;
    (void)registry_.create({.kind = namespaces, .version = &namespaces->versions.front()}, std::move(ns),
                           {.manager = "kube-apiserver"});
  }
}

Intent Api::intent(const net::ServerRequest& request) const {
  const auto path = parse_resource_path(split_path(request.path));
  if (!path) return {verb_of(request, true, false), "", ""};
  const bool watching = path->watch || (path->name.empty() && Query::parse(request.query).flag("watch"));
  Intent out{verb_of(request, !path->name.empty(), watching), path->resource, path->name};
  if (!path->subresource.empty()) out.resource += "/" + path->subresource;
  return out;
}

Answer<Caller> Api::authenticate(const net::ServerRequest& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view value = header(request, "Authorization");
  if (!value.starts_with(kBearer)) return refuse(unauthorized());
  const std::string_view token = value.substr(kBearer.size());
  if (same_secret(token, options_.token)) return Caller{"admin", "1", {"system:masters", "system:authenticated"}};
  const auto subject = issuer_.verify(token, issuer_.issuer(), clock_.now());
  if (!subject) return refuse(unauthorized());
  if (!still_stands(*subject, store_)) return refuse(unauthorized());
  return Caller{fmt::format("system:serviceaccount:{}:{}", subject->ns, subject->service_account),
                subject->uid,
                {"system:serviceaccounts", "system:serviceaccounts:" + subject->ns, "system:authenticated"}};
}

// A resource that is not served is none: what a path says is not kept.
void Api::count_request(const net::ServerRequest& request) {
  Intent what = intent(request);
  const auto path = parse_resource_path(split_path(request.path));
  if (path && !resolve(*path)) what.resource = "unknown";
  RequestCount one{std::move(what.verb), std::move(what.resource),
                   patch::default_manager(header(request, "User-Agent"))};
  const std::lock_guard lock(counts_mutex_);
  if (counts_.size() >= kMaxCounts && !counts_.contains(one)) one = {"other", "other", "other"};
  ++counts_[std::move(one)];
}

Api::Outcome Api::serve(const net::ServerRequest& request) {
  Outcome out = answer(request);
  if (out.watch == nullptr && out.reply.content_type == "application/json" && wants_yaml(header(request, "Accept")))
    turn_to_yaml(out.reply);
  return out;
}

Api::Outcome Api::answer(const net::ServerRequest& request) {
  const auto parts = split_path(request.path);
  auto caller = authenticate(request);
  const bool open = !parts.empty() && is_public(parts.front()) && request.method == "GET";
  if (!caller && !open) {
    const bool anonymous = header(request, "Authorization").empty();
    return {.reply = reply_of(anonymous ? forbidden_to_anonymous(request, intent(request)) : caller.error())};
  }
  if (caller) count_request(request);
  if (const auto path = parse_resource_path(parts)) {
    auto outcome = serve_resource(request, *path, *caller);
    if (!outcome) return {.reply = reply_of(outcome.error())};
    return *std::move(outcome);
  }
  auto reply = serve_document(request, parts);
  return {.reply = reply ? *std::move(reply) : reply_of(reply.error())};
}

std::map<RequestCount, std::uint64_t> Api::counts() const {
  const std::lock_guard lock(counts_mutex_);
  return counts_;
}

Answer<Reply> Api::serve_document(const net::ServerRequest& request, const std::vector<std::string>& parts) const {
  if (request.method != "GET") return refuse(parts.empty() ? no_such_resource() : method_not_allowed());
  const std::string first = parts.empty() ? "" : parts.front();
  const auto found = [](std::optional<json::Object> document) -> Answer<Reply> {
    if (!document) return refuse(no_such_resource());
    return reply_of(200, *document);
  };
  if (first == "healthz" || first == "livez" || first == "readyz") return plain("ok");
  if (first == "version") return reply_of(200, version_info());
  if (first == ".well-known") return reply_of(200, issuer_.discovery_document());
  if (first == "openid") return reply_of(200, issuer_.key_set());
  if (first == "openapi" && parts.size() >= 2 && parts[1] == "v3") {
    if (parts.size() == 2) return reply_of(200, openapi_index(kinds_));
    if (parts.size() == 4 && parts[2] == "api") return found(openapi_document(kinds_, "", parts[3]));
    if (parts.size() == 5 && parts[2] == "apis") return found(openapi_document(kinds_, parts[3], parts[4]));
  }
  if (first == "api" || first == "apis") {
    const bool core = first == "api";
    const std::string aggregated = aggregated_discovery_version(header(request, "Accept"));
    if (parts.size() == 1 && !aggregated.empty()) {
      Reply out = reply_of(200, aggregated_discovery(kinds_, core, aggregated));
      out.content_type =
          fmt::format("application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList", aggregated);
      return out;
    }
    if (parts.size() == 1) return reply_of(200, core ? api_versions(options_.address) : api_group_list(kinds_));
    if (core && parts.size() == 2) return found(api_resource_list(kinds_, "", parts[1]));
    if (!core && parts.size() == 2) return found(api_group(kinds_, parts[1]));
    if (!core && parts.size() == 3) return found(api_resource_list(kinds_, parts[1], parts[2]));
  }
  return refuse(no_such_resource());
}

Answer<Target> Api::resolve(const ResourcePath& path) const {
  Target out{.kind = kinds_.find(path.group, path.resource),
             .ns = path.ns,
             .name = path.name,
             .subresource = path.subresource};
  if (out.kind == nullptr) return refuse(no_such_resource());
  out.version = out.kind->version(path.version);
  if (out.version == nullptr) return refuse(no_such_resource());
  if (!out.kind->namespaced && !path.ns.empty()) return refuse(no_such_resource());
  if (out.kind->namespaced && path.ns.empty() && !path.name.empty()) return refuse(no_such_resource());
  if (path.subresource.empty()) return out;
  const auto known = subresources_of(*out.kind, *out.version);
  if (std::ranges::find(known, path.subresource, &Subresource::name) == known.end()) {
    return refuse(out.kind->custom ? not_found(path.group, path.resource, path.name) : no_such_resource());
  }
  return out;
}

Answer<Api::Outcome> Api::serve_resource(const net::ServerRequest& request, const ResourcePath& path,
                                         const Caller& caller) {
  const Query query = Query::parse(request.query);
  TRY(Target target, resolve(path));
  TRY(const Accepted accepted, negotiate(header(request, "Accept"), query));
  const Call call{.http = request, .query = query, .caller = caller, .target = std::move(target), .accepted = accepted};
  const auto wrap = [&](Answer<Reply> reply) -> Answer<Outcome> {
    if (!reply) return std::unexpected(std::move(reply).error());
    const std::string& deprecation = call.target.version->deprecation;
    if (!deprecation.empty()) reply->warnings.insert(reply->warnings.begin(), deprecation);
    return Outcome{.reply = *std::move(reply)};
  };
  const std::string& method = request.method;
  const bool named = !path.name.empty();
  if (call.target.kind->create_only && method != "POST") return refuse(method_not_allowed());
  if (method == "GET" && path.subresource == "token") return refuse(method_not_allowed());
  if (is_pod_stream(call.target)) return serve_pod(call);
  if (path.subresource == "scale" && method == "GET") return wrap(get_scale(call));
  if (path.subresource == "scale" && (method == "PUT" || method == "PATCH")) return wrap(change_scale(call));
  // A name and ?watch=1 read one object all the same, as they always did: watches of one go by a field selector.
  if (method == "GET" && named && !path.watch) return wrap(get(call));
  if (method == "GET") {
    auto outcome = list_or_watch(call);
    if (!outcome || outcome->watch != nullptr) return outcome;
    return wrap(std::move(outcome->reply));
  }
  if (method == "POST" && path.subresource == "token") return wrap(issue_token(call));
  if (method == "POST" && !named) return wrap(create(call));
  if (method == "PUT" && named) return wrap(update(call));
  if (method == "PATCH" && named) return wrap(patch(call));
  if (method == "DELETE" && named && path.subresource.empty()) return wrap(remove(call));
  if (method == "DELETE" && !named) return wrap(remove_collection(call));
  return refuse(method_not_allowed());
}

}  // namespace rotor::apiserver
