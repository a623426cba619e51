#include "inspect/bundle_look.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "api/core/pod.hpp"
#include "api/crds.hpp"
#include "base/encoding.hpp"
#include "base/time.hpp"
#include "inspect/gather.hpp"
#include "inspect/graph.hpp"
#include "inspect/redact.hpp"
#include "inspect/text.hpp"
#include "json/pretty.hpp"
#include "kube/client/paths.hpp"
#include "kube/leader/lease.hpp"

namespace rotor::inspect {
namespace {

constexpr kube::Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                      "CustomResourceDefinition", false};
constexpr kube::Resource kRotors{"apps", "v1", "deployments", "Deployment", true};
constexpr std::string_view kSelector = "app.kubernetes.io/name=rotor";
constexpr std::size_t kMostEvents = 2000;
constexpr std::size_t kLongestPodName = 80;  // in the name of a file
constexpr std::string_view kLogLimits = "tailLines=5000&limitBytes=4194304&timestamps=true";

bool is_about(const kube::Event& event, const Graph& graph) {
  const auto& about = event.involved_object;
  const std::optional<Kind> kind = kind_called(about.kind);
  if (kind) return graph.find({*kind, of_the_cluster(*kind) ? "" : about.ns, about.name}) != nullptr;
  return about.kind == "StatefulSet" && graph.find({Kind::kInstance, about.ns, about.name}) != nullptr;
}

std::string_view last_seen(const kube::Event* event) {
  return event->last_timestamp.empty() ? event->metadata.creation_timestamp : event->last_timestamp;
}

json::Array newest(const std::vector<kube::Event>& events) {
  std::vector<const kube::Event*> all;
  for (const kube::Event& event : events) all.push_back(&event);
  std::ranges::sort(all, std::greater<>(), [](const kube::Event* event) {
    return std::pair(last_seen(event), std::string_view(event->metadata.name));
  });
  all.resize(std::min(all.size(), kMostEvents));
  json::Array out;
  for (const kube::Event* event : all) out.emplace_back(event_in_bundle(*event));
  return out;
}

// What neither we nor Kubernetes wrote must not come back by way of a judgement.
void leave_texts_out(Cluster& cluster) {
  for (kube::Event& event : cluster.events) event.message = event_text(event);
  for (Pod& pod : cluster.pods) {
    for (Container& container : pod.containers) {
      if (is_of_names(container.waiting_message)) continue;
      container.waiting_message =
          container.waiting_message.empty() ? "" : left_out_text(container.waiting_message.size());
    }
  }
}

bool is_of_rotors_groups(const json::Value& crd) {
  constexpr std::array<std::string_view, 3> kGroups = {"external-secrets.io", "generators.external-secrets.io",
                                                       "openclaw.rocks"};
  return std::ranges::find(kGroups, json::find_string(crd, "spec.group")) != kGroups.end();
}

bool cannot_be_asked(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kTimeout || error.code == Code::kUnauthenticated;
}

std::string short_name(const json::Value& pod) {
  return std::string(json::find_string(pod, "metadata.name").substr(0, kLongestPodName));
}

class Bundle {
 public:
  Bundle(BundleSources sources, BundleOptions options) : sources_(sources), options_(std::move(options)) {}

  Task<Result<BundleContent>> make() {
    CO_TRY_VOID(co_await versions());
    co_await deployments();
    co_await status();
    co_await doctor();
    for (const json::Value& crd : own_) co_await objects(crd);
    co_await pods();
    co_await leases();
    co_await rotors_events();
    co_await metrics();
    co_await logs();
    BundleFile readme{"README.txt", "", bundle_readme(files_, missing_)};
    files_.insert(files_.begin(), std::move(readme));
    co_return BundleContent{std::move(files_), std::move(missing_)};
  }

 private:
  void add(std::string name, std::string about, std::string content) {
    files_.push_back({std::move(name), std::move(about), std::move(content)});
  }
  void add(std::string name, std::string about, const json::Value& content) {
    add(std::move(name), std::move(about), json::pretty(content));
  }
  void miss(std::string what) {
    if (std::ranges::find(missing_, what) == missing_.end()) missing_.push_back(std::move(what));
  }
  void miss(std::string_view what, const Error& error) { miss(fmt::format("{}: {}", what, error.message)); }

  Task<Result<void>> versions() {
    json::Object out{
        {"rotor", options_.version}, {"at", format_time(sources_.clock.now())}, {"server", options_.server}};
    const auto answer = co_await sources_.texts.read("/version");
    if (!answer && cannot_be_asked(answer.error())) {
      co_return std::unexpected(Error(answer.error()).prefixed(options_.server));
    }
    if (!answer) miss("the version of the API server", answer.error());
    const auto server = answer ? json::parse(*answer) : Result<json::Value>(json::Value());
    out["apiServer"] = server ? *server : json::Value();
    json::Array crds;
    const auto listed =
        co_await kube::list_all(sources_.client, kDefinitions, "", {.page_size = 20}, [&crds](std::string_view text) {
          const auto crd = json::parse(text);
          if (crd && is_of_rotors_groups(*crd)) crds.push_back(crd_in_bundle(*crd));
        });
    if (!listed) miss("the CRDs", listed.error());
    out["crds"] = std::move(crds);
    add("versions.json", "this program, the API server, the CRDs with their stored and served versions", out);
    co_return Result<void>{};
  }

  Task<> status() {
    auto cluster = co_await gather(sources_.client, sources_.clock, options_.doctor.ns);
    if (!cluster) co_return miss("status and events", cluster.error());
    for (const std::string& unread : cluster->unread) miss(unread);
    for (const std::string& note : cluster->notes) miss(note);
    leave_texts_out(*cluster);
    const Graph graph = make_graph(*cluster);
    std::erase_if(cluster->events, [&graph](const kube::Event& event) { return !is_about(event, graph); });
    add("status.txt", "every secret on its way, as `rotor status` shows it", status_text(graph).str());
    add("status.json", "the same, with what is wrong, since when, and times", status_document(graph));
    add("events.json", "events about stores, ExternalSecrets, Secrets, instances and their pods, the newest first",
        newest(cluster->events));
  }

  // With the rights that Rotor has, where it is there.
  Task<> doctor() {
    DoctorOptions options = options_.doctor;
    if (!options.account && !account_.empty()) options.account = kube::Key{options.operator_namespace, account_};
    const auto found = co_await examine_cluster(sources_.client, std::move(options));
    if (!found) co_return miss("what `rotor doctor` says", found.error());
    add("doctor.txt", "what is in the way of Rotor, as `rotor doctor` shows it", doctor_text(*found));
    add("doctor.json", "the same, one by one", doctor_document(*found));
  }

  // In the first version that is served.
  Task<> objects(const json::Value& crd) {
    const std::string kind(json::find_string(crd, "spec.names.kind"));
    const json::Value* versions = json::find(crd, "spec.versions");
    if (versions == nullptr || !versions->is_array()) co_return;
    for (const json::Value& version : versions->get_array()) {
      const kube::Resource resource{json::find_string(crd, "spec.group"), json::find_string(version, "name"),
                                    json::find_string(crd, "spec.names.plural"),
                                    json::find_string(crd, "spec.names.kind"),
                                    json::find_string(crd, "spec.scope") == "Namespaced"};
      const json::Value* described = json::find(version, "schema.openAPIV3Schema");
      const json::Value schema = described == nullptr ? json::Value() : *described;
      json::Array shown;
      const auto listed =
          co_await kube::list_all(sources_.client, resource, resource.namespaced ? options_.doctor.ns : "", {},
                                  [this, &shown, &schema](std::string_view text) {
                                    if (const auto object = json::parse(text))
                                      shown.push_back(redacted(*object, schema, options_.doctor.providers));
                                  });
      if (!listed && listed.error().code == Code::kNotFound) continue;
      if (!listed) co_return miss(kube::group_resource(resource), listed.error());
      if (shown.empty()) co_return;
      const std::size_t count = shown.size();
      add(fmt::format("objects/{}.json", kube::group_resource(resource)),
          fmt::format("{} {}, redacted, with conditions and status", count, kind), shown);
      co_return;
    }
  }

  Task<> deployments() {
    json::Array found;
    const auto listed =
        co_await kube::list_all(sources_.client, kRotors, home(), {.label_selector = std::string(kSelector)},
                                [this, &found](std::string_view text) {
                                  const auto deployment = json::parse(text);
                                  if (!deployment) return;
                                  account_ = json::find_string(*deployment, "spec.template.spec.serviceAccountName");
                                  ours_.emplace(json::find_string(*deployment, "metadata.name"));
                                  found.push_back(deployment_in_bundle(*deployment));
                                });
    if (!listed) co_return miss(fmt::format("Rotor's Deployment in {}", home()), listed.error());
    if (found.empty()) {
      miss(fmt::format("Rotor's Deployment: none in {} has the label {} (--operator-namespace)", home(), kSelector));
      co_return;
    }
    add("rotor/deployments.json", "Rotor's Deployment", found);
  }

  Task<> pods() {
    json::Array shown;
    const auto listed =
        co_await kube::list_all(sources_.client, kube::kResource<api::Pod>, home(),
                                {.label_selector = std::string(kSelector)}, [this, &shown](std::string_view text) {
                                  auto pod = json::parse(text);
                                  if (!pod) return;
                                  ours_.emplace(json::find_string(*pod, "metadata.name"));
                                  shown.push_back(pod_in_bundle(*pod));
                                  pods_.push_back(*std::move(pod));
                                });
    if (!listed) co_return miss(fmt::format("Rotor's pods in {}", home()), listed.error());
    if (!shown.empty()) add("rotor/pods.json", "Rotor's pods: images, flags, state", shown);
  }

  Task<> leases() {
    json::Array shown;
    const auto listed = co_await kube::list_all(sources_.client, kube::kResource<kube::Lease>, home(), {},
                                                [&shown](std::string_view text) {
                                                  if (const auto lease = json::parse(text))
                                                    shown.push_back(lease_in_bundle(*lease));
                                                });
    if (!listed) co_return miss(fmt::format("the Leases in {}", home()), listed.error());
    if (!shown.empty())
      add("rotor/leases.json", "the Leases in Rotor's namespace: who works, who owns which shard", shown);
  }

  Task<> rotors_events() {
    std::vector<kube::Event> found;
    const auto listed = co_await kube::list_all(sources_.client, kube::kResource<kube::Event>, home(), {},
                                                [this, &found](std::string_view text) {
                                                  auto event = json::read<kube::Event>(text);
                                                  if (event && ours_.contains(event->involved_object.name))
                                                    found.push_back(*std::move(event));
                                                });
    if (!listed) co_return miss(fmt::format("events about Rotor in {}", home()), listed.error());
    if (!found.empty()) add("rotor/events.json", "events about Rotor's Deployment and pods", newest(found));
  }

  Task<> metrics() {
    if (sources_.metrics != nullptr) {
      const auto text = co_await sources_.metrics->read("");
      if (!text) co_return miss("metrics of --metrics-url", text.error());
      add("rotor/metrics.txt", "what --metrics-url answered: all metrics, the queues among them", *text);
      co_return;
    }
    for (const json::Value& pod : pods_) {
      const std::string where = metrics_of_pod(pod);
      const std::string name(json::find_string(pod, "metadata.name"));
      if (where.empty()) {
        miss(fmt::format("metrics of pod {}: it names no port `metrics` (--metrics-url)", name));
        continue;
      }
      const auto text = co_await sources_.texts.read(below_pod(where) + "/proxy/metrics");
      if (!text) {
        miss(fmt::format("metrics of pod {} (--metrics-url fetches them from elsewhere)", name), text.error());
        continue;
      }
      add(fmt::format("rotor/metrics/{}.txt", short_name(pod)), "all metrics of that pod, the queues among them",
          *text);
    }
  }

  Task<> logs() {
    for (const json::Value& pod : pods_) {
      co_await log(pod, "", ".log", "its log");
      if (has_restarted(pod)) co_await log(pod, "&previous=true", ".previous.log", "the log of the process before");
    }
  }

  Task<> log(const json::Value& pod, std::string more, std::string ending, std::string about) {
    const std::string name(json::find_string(pod, "metadata.name"));
    const auto text = co_await sources_.texts.read(fmt::format("{}/log?container={}&{}{}", below_pod(name),
                                                               percent_encode(rotor_container(pod)), kLogLimits, more));
    if (!text) co_return miss(fmt::format("{} of pod {}", about, name), text.error());
    add(fmt::format("rotor/logs/{}{}", short_name(pod), ending), about, *text);
  }

  const std::string& home() const { return options_.doctor.operator_namespace; }
  std::string below_pod(const std::string& name) const {
    return kube::object_path(kube::kResource<api::Pod>, {home(), name});
  }

  static std::vector<json::Value> own_crds() {
    std::vector<json::Value> out;
    for (const std::string& text : api::crds()) {
      if (auto crd = json::parse(text)) out.push_back(*std::move(crd));
    }
    return out;
  }

  const BundleSources sources_;
  const BundleOptions options_;
  const std::vector<json::Value> own_ = own_crds();
  std::set<std::string, std::less<>> ours_;  // names of Rotor's Deployment and pods
  std::string account_;
  std::vector<json::Value> pods_;
  std::vector<BundleFile> files_;
  std::vector<std::string> missing_;
};

}  // namespace

Task<Result<BundleContent>> gather_bundle(BundleSources sources, BundleOptions options) {
  Bundle bundle(sources, std::move(options));
  co_return co_await bundle.make();
}

}  // namespace rotor::inspect
