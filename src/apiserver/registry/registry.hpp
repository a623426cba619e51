// Create, update, patch and delete: from a request's document to the stored object, by the API server's rules.
// Pure but for the store it writes to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apiserver/patch/patch.hpp"
#include "apiserver/registry/admission.hpp"
#include "apiserver/registry/kinds.hpp"
#include "apiserver/registry/store.hpp"
#include "base/clock.hpp"

namespace rotor::apiserver {

// Which object (or collection, with no name) a request means.
struct Target {
  KindPtr kind;
  const ServedVersion* version = nullptr;  // of kind
  std::string ns{};
  std::string name{};
  std::string subresource{};
};

struct WriteRequest {
  std::string manager{};
  schema::FieldValidation validation = schema::FieldValidation::kWarn;
  std::vector<std::string> duplicates{};  // duplicate_fields() of the body
  bool dry_run = false;
  bool force = false;  // apply
};

enum class PatchType : std::uint8_t { kMerge, kStrategic, kJson, kApply };

struct Written {
  ObjectPtr object;  // as stored
  bool created = false;
  std::vector<std::string> warnings{};
};

struct DeleteRequest {
  std::string propagation{};    // "", Foreground, Background, Orphan
  bool orphaned_twice = false;  // by propagationPolicy and by the older orphanDependents
  std::string uid{};            // preconditions
  std::string resource_version{};
  std::optional<std::int64_t> grace_seconds{};
  bool dry_run = false;
};

struct Removed {
  ObjectPtr object;
  bool gone = true;  // false: marked, waiting for finalizers or for the node
};

class Registry {
 public:
  Registry(Store& store, Kinds& kinds, const Clock& clock) : store_(store), kinds_(kinds), clock_(clock) {}

  Answer<ObjectPtr> get(const Target& target) const;
  Answer<Written> create(Target target, json::Object body, const WriteRequest& request);
  Answer<Written> update(Target target, json::Object body, const WriteRequest& request);
  Answer<Written> patch(Target target, PatchType type, const json::Value& document, const WriteRequest& request);
  Answer<Removed> remove(const Target& target, const DeleteRequest& request);

  // A stored object in the version that was asked for.
  json::Object present(const ServedKind& kind, const ServedVersion& version, const json::Object& stored) const;

  // For the server's own controllers: changes one object as `change` says, no questions asked. An object that is being
  // deleted and has lost its last finalizer goes away.
  void amend(const ServedKind& kind, const kube::Key& key, const std::function<void(json::Object&)>& change);

  Store& store() { return store_; }
  const Kinds& kinds() const { return kinds_; }
  std::string now_text() const;

  // Looks at an object before it is stored: CRDs are checked and completed there.
  using Admit = std::function<Answer<void>(const ServedKind& kind, json::Object& object, const json::Object* old)>;
  void set_admit(Admit admit) { admit_ = std::move(admit); }
  // Looks at it last, when everything else was found right.
  void set_admission(Admission admission) { admission_ = std::move(admission); }

 private:
  Answer<Written> insert(const Target& target, json::Object object, const WriteRequest& request, bool track,
                         std::vector<std::string> warnings);
  Answer<Written> replace(const Target& target, const ObjectPtr& stored, json::Object updated,
                          const WriteRequest& request, bool track, std::vector<std::string> warnings);
  Answer<Written> apply(const Target& target, const ObjectPtr& stored, json::Object configuration,
                        const WriteRequest& request);
  Answer<void> ask_admission(const Target& target, const json::Object& object, const json::Object* old,
                             std::vector<std::string>& warnings) const;
  Answer<void> check_identity(const Target& target, json::Object& body) const;
  Answer<void> check_namespace(const Target& target) const;
  patch::Write who(const Target& target, const WriteRequest& request) const;
  ObjectPtr keep(const ServedKind& kind, json::Object object);
  kube::Key key_of(const Target& target) const { return {target.ns, target.name}; }

  Store& store_;
  Kinds& kinds_;
  const Clock& clock_;
  Admit admit_;
  Admission admission_;
};

// Apiversion and kind of the body against the endpoint's; fills them in where a built-in kind lets them be left out.
Answer<void> check_type(const Target& target, json::Object& body);

// The object has another resourceVersion than the writer thought.
Failure modified(const ServedKind& kind, std::string_view name);

}  // namespace rotor::apiserver
