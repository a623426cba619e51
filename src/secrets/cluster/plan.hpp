// What becomes of a ClusterExternalSecret, decided without a side effect: once for the whole (set_course), and
// namespace by namespace. What is ours is told by who controls it, not by what status remembers, so that a pass that
// was cut off leaves nothing behind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "secrets/cluster/child.hpp"
#include "secrets/cluster/views.hpp"

namespace rotor::secrets::cluster {

// What holds in every namespace.
struct Course {
  enum class Kind : std::uint8_t {
    kRelease,    // it is gone: namespaces that still carry its finalizer are let go
    kCleanUp,    // it is being deleted
    kRefuse,     // its spec cannot have been meant: nothing is made, changed or deleted
    kProvision,  // each chosen namespace has its child, no other has one
  } kind = Kind::kRelease;
  std::string name{};                 // of the ClusterExternalSecret
  ClusterExternalSecretPtr parent{};  // null: gone
  std::string why{};                  // kRefuse
  std::optional<Child> child{};       // kProvision
  Duration refresh{};                 // until all is looked at again; zero: never by time
};
// `parent` is null when there is none of that name. A shorter refreshTime than `least` is raised to it.
Course set_course(std::string name, ClusterExternalSecretPtr parent, Duration least);

struct NamespaceSeen {
  NamespacePtr ns;
  ExternalSecretPtr at_place{};               // whatever is called like the child there; null: nothing
  std::vector<ExternalSecretPtr> children{};  // what is ours there, whatever its name
  std::string unreadable{};                   // why what is at the place cannot be read
};

struct NamespacePlan {
  enum class Child : std::uint8_t {
    kNone,        // none is wanted
    kLeave,       // it is as it should be
    kCreate,      // `text` is the object
    kUpdate,      // `text` is the merge patch
    kWait,        // an earlier one is on its way out
    kForeign,     // somebody else's is in its place
    kUnreadable,  // nobody can tell what is in its place; `text` says what to do about it
  } child = Child::kNone;
  std::string text{};
  ExternalSecretPtr live{};                   // what is updated
  std::vector<ExternalSecretPtr> removals{};  // before anything else
  std::optional<std::string> claim{};         // patch of the namespace, before the child is made
  std::optional<std::string> release{};       // patch of the namespace, once the removals are done

  bool acts() const {
    return child == Child::kCreate || child == Child::kUpdate || !removals.empty() || claim || release;
  }
};
NamespacePlan plan_namespace(const Course& course, const NamespaceSeen& seen);

// Must a ClusterExternalSecret be looked at because a namespace came, changed or went (null)? Both sides count: one
// that stops matching matters as much as one that starts to.
bool concerns(const ClusterExternalSecret& parent, const NamespacePtr& before, const NamespacePtr& after);

}  // namespace rotor::secrets::cluster
