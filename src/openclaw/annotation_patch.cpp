#include "openclaw/annotation_patch.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "openclaw/apply_diff.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using json::Object;
using json::Value;
using kube::PathElement;

constexpr std::array<std::string_view, 2> kOfObject = {"metadata", "annotations"};
constexpr std::array<std::string_view, 4> kOfTemplate = {"spec", "template", "metadata", "annotations"};
// Of the template the marks that never go: another one, once an update of ours has it, would outlast the apply that
// drops it, and its end would be a restart of its own.
constexpr std::array<std::string_view, 2> kMarksOfTemplate = {kSecretHash, kConfigHash};
constexpr std::array<std::span<const std::string_view>, 2> kPlaces = {kOfObject, kOfTemplate};

template <class V>
auto find_object(V& in, std::span<const std::string_view> path) -> decltype(in.if_object()) {
  V* at = &in;
  for (const std::string_view name : path) {
    auto* object = at->if_object();
    at = object != nullptr ? object->if_contains(name) : nullptr;
    if (at == nullptr) return nullptr;
  }
  return at->if_object();
}

Object& make_object(Value& in, std::span<const std::string_view> path) {
  Value* at = &in;
  for (const std::string_view name : path) {
    if (!at->is_object()) at->emplace_object();
    at = &at->get_object()[name];
  }
  if (!at->is_object()) at->emplace_object();
  return at->get_object();
}

kube::Path field_path(std::span<const std::string_view> path, std::string_view last) {
  kube::Path out;
  for (const std::string_view name : path) out.push_back(PathElement::field(name));
  out.push_back(PathElement::field(last));
  return out;
}

// An object as the annotations of one place after the other become what is wanted, and the patch that does it.
struct Rewrite {
  Value object;
  kube::FieldSet owned;
  Value patch = Object{};

  void carry_over(std::span<const std::string_view> place, const Value& desired) {
    Object* have = find_object(object, place);
    if (have == nullptr) return;  // what is not there at all is applied
    const Object* want = find_object(desired, place);
    if (want != nullptr) take(place, *have, *want);
    drop(place, *have, want);
  }

 private:
  void take(std::span<const std::string_view> place, Object& have, const Object& want) {
    for (const auto& [name, value] : want) {
      const Value* present = have.if_contains(name);
      if (present != nullptr && *present == value) continue;
      if (place.data() == kOfTemplate.data() &&
          std::ranges::find(kMarksOfTemplate, std::string_view(name)) == kMarksOfTemplate.end())
        continue;
      have[name] = value;
      make_object(patch, place)[name] = value;
    }
  }
  // Of ours what is wanted no longer.
  void drop(std::span<const std::string_view> place, Object& have, const Object* want) {
    std::vector<std::string> gone;
    for (const auto& [name, value] : have) {
      const bool wanted = want != nullptr && want->contains(name);
      if (!wanted && owned.contains(field_path(place, name))) gone.emplace_back(name);
    }
    for (const std::string& name : gone) {
      have.erase(name);
      owned.remove(field_path(place, name));
      make_object(patch, place)[name] = nullptr;
    }
  }
};

}  // namespace

std::optional<Value> annotation_patch(const json::Type& type, const Value& live, const Value& desired,
                                      const kube::FieldSet& owned) {
  if (owned.empty()) return std::nullopt;  // never ours before
  Rewrite rewrite{.object = live, .owned = owned};
  for (const auto& place : kPlaces) rewrite.carry_over(place, desired);
  if (rewrite.patch.get_object().empty()) return std::nullopt;
  if (apply_changes(type, rewrite.object, desired, rewrite.owned)) return std::nullopt;
  return std::move(rewrite.patch);
}

}  // namespace rotor::openclaw
