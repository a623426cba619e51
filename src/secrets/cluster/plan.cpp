#include "secrets/cluster/plan.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kube/object/news.hpp"
#include "kube/object/own_fields.hpp"
#include "secrets/cluster/selection.hpp"

namespace rotor::secrets::cluster {
namespace {

using std::chrono::hours;

Result<Duration> refresh_of(const api::es::Spread& spec, Duration least) {
  if (!spec.refresh_time) return hours(1);
  auto parsed = parse_duration(*spec.refresh_time);
  if (!parsed) {
    return fail(Code::kInvalid, fmt::format("spec.refreshTime: {}; write it like 1h or 90s", parsed.error().message));
  }
  return *parsed <= Duration::zero() ? Duration::zero() : std::max(*parsed, least);
}

bool chosen(const Course& course, const kube::ObjectMeta& ns) {
  return course.kind == Course::Kind::kProvision && !ns.deleting() && selects(course.parent->spec, ns.name, ns.labels);
}

// In a namespace that is going everything goes with it, and what is deleted already need not be deleted again.
std::vector<ExternalSecretPtr> removals_from(const Course& course, const NamespaceSeen& seen, bool wanted) {
  std::vector<ExternalSecretPtr> out;
  const bool removes = course.kind == Course::Kind::kProvision || course.kind == Course::Kind::kCleanUp;
  if (!removes || seen.ns->metadata.deleting()) return out;
  for (const ExternalSecretPtr& child : seen.children) {
    const bool stays = wanted && child->metadata.name == course.child->name();
    if (!stays && !child->metadata.deleting()) out.push_back(child);
  }
  return out;
}

void plan_child(const Course& course, const NamespaceSeen& seen, NamespacePlan& plan) {
  using Child = NamespacePlan::Child;
  const auto& live = seen.at_place;
  if (!seen.unreadable.empty()) {
    plan.child = Child::kUnreadable;
    plan.text =
        fmt::format("ExternalSecret {}/{} cannot be read: {}; correct that field, or delete it: it is made anew then",
                    seen.ns->metadata.name, course.child->name(), seen.unreadable);
  } else if (!live) {
    plan.child = Child::kCreate;
    plan.text = course.child->in(seen.ns->metadata.name);
  } else if (!is_child_of(*live, course.name)) {
    plan.child = Child::kForeign;
  } else if (live->metadata.deleting()) {
    plan.child = Child::kWait;
  } else if (auto patch = course.child->patch(*live)) {
    plan.child = Child::kUpdate;
    plan.text = *std::move(patch);
    plan.live = live;
  } else {
    plan.child = Child::kLeave;
  }
}

}  // namespace

Course set_course(std::string name, ClusterExternalSecretPtr parent, Duration least) {
  Course course{.name = std::move(name), .parent = std::move(parent)};
  if (!course.parent) return course;
  if (course.parent->metadata.deleting()) {
    course.kind = Course::Kind::kCleanUp;
    return course;
  }
  const auto sound = check_selection(course.parent->spec);
  const auto refresh = refresh_of(course.parent->spec, least);
  if (!sound || !refresh) {
    course.kind = Course::Kind::kRefuse;
    course.why = sound ? refresh.error().message : sound.error().message;
    return course;
  }
  course.kind = Course::Kind::kProvision;
  course.child.emplace(*course.parent);
  course.refresh = *refresh;
  return course;
}

NamespacePlan plan_namespace(const Course& course, const NamespaceSeen& seen) {
  NamespacePlan plan;
  const kube::ObjectMeta& ns = seen.ns->metadata;
  const bool wanted = chosen(course, ns);
  plan.removals = removals_from(course, seen, wanted);
  if (wanted) plan_child(course, seen, plan);
  const std::string finalizer = namespace_finalizer(course.name);
  const bool unknown = plan.child == NamespacePlan::Child::kUnreadable;
  const bool ours = wanted && !unknown && plan.child != NamespacePlan::Child::kForeign;
  if (ours) {
    plan.claim = kube::add_finalizer_patch(ns, finalizer);
  } else if (ns.deleting() || (course.kind != Course::Kind::kRefuse && !unknown)) {
    plan.release = kube::remove_finalizer_patch(ns, finalizer);
  }
  return plan;
}

bool concerns(const ClusterExternalSecret& parent, const NamespacePtr& before, const NamespacePtr& after) {
  if (before && after && !kube::is_news(before->metadata, after->metadata)) return false;
  const std::string finalizer = namespace_finalizer(parent.metadata.name);
  return std::ranges::any_of(std::array{before, after}, [&](const NamespacePtr& ns) {
    return ns && (selects(parent.spec, ns->metadata.name, ns->metadata.labels) ||
                  kube::has_finalizer(ns->metadata, finalizer));
  });
}

}  // namespace rotor::secrets::cluster
