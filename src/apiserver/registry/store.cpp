#include "apiserver/registry/store.hpp"

#include <algorithm>
#include <utility>

namespace rotor::apiserver {

Store::Store(Options options) : options_(options), revision_(options.first_revision) {}

Store::Resource& Store::resource(std::string_view name) {
  const auto it = resources_.find(name);
  if (it != resources_.end()) return it->second;
  Resource& made = resources_[std::string(name)];
  // A revision of an earlier life of this server cannot be resumed.
  made.forgotten = options_.first_revision - 1;
  return made;
}

const Store::Resource* Store::find(std::string_view name) const {
  const auto it = resources_.find(name);
  return it == resources_.end() ? nullptr : &it->second;
}

ObjectPtr Store::get(std::string_view name, const kube::Key& key) const {
  const Resource* in = find(name);
  if (in == nullptr) return nullptr;
  const auto it = in->objects.find(key);
  return it == in->objects.end() ? nullptr : it->second;
}

ObjectPtr Store::stamp(json::Object object) {
  metadata_of(object)["resourceVersion"] = std::to_string(++revision_);
  return share(std::move(object));
}

ObjectPtr Store::write(std::string_view name, json::Object object) {
  Resource& in = resource(name);
  kube::Key key{std::string(namespace_of(object)), std::string(name_of(object))};
  ObjectPtr& slot = in.objects[std::move(key)];
  ObjectPtr previous = slot;
  slot = stamp(std::move(object));
  ObjectPtr written = slot;
  const auto type = previous == nullptr ? Change::Type::kAdded : Change::Type::kModified;
  record(name, in, {type, revision_, written, std::move(previous)});
  return written;
}

ObjectPtr Store::erase(std::string_view name, const kube::Key& key) {
  Resource& in = resource(name);
  const auto it = in.objects.find(key);
  if (it == in.objects.end()) return nullptr;
  ObjectPtr previous = std::move(it->second);
  in.objects.erase(it);
  ObjectPtr last = stamp(*previous);
  record(name, in, {Change::Type::kDeleted, revision_, last, std::move(previous)});
  return last;
}

void Store::record(std::string_view name, Resource& in, Change change) {
  change.weight = weight_of(*change.object);
  change.previous_weight = change.previous == nullptr ? 0 : weight_of(*change.previous);
  in.history.push_back(change);
  in.weight += change.weight + change.previous_weight;
  history_bytes_ += change.weight + change.previous_weight;
  if (in.history.size() > options_.history) forget_oldest(in);
  while (history_bytes_ > options_.history_bytes) {
    const auto heaviest = std::ranges::max_element(resources_, {}, [](const auto& one) { return one.second.weight; });
    forget_oldest(heaviest->second);
  }
  // A listener may subscribe or unsubscribe; it is called from a copy of the list of ids.
  std::vector<std::uint64_t> ids;
  for (const auto& [id, listener] : listeners_) ids.push_back(id);
  for (const std::uint64_t id : ids) {
    if (const auto it = listeners_.find(id); it != listeners_.end()) it->second(name, change);
  }
}

void Store::forget_oldest(Resource& in) {
  const Change& oldest = in.history.front();
  in.forgotten = oldest.revision;
  in.weight -= oldest.weight + oldest.previous_weight;
  history_bytes_ -= oldest.weight + oldest.previous_weight;
  in.history.pop_front();
}

const ObjectMap& Store::objects(std::string_view name) const {
  static const ObjectMap kNone;
  const Resource* in = find(name);
  return in == nullptr ? kNone : in->objects;
}

std::vector<std::string> Store::resources() const {
  std::vector<std::string> out;
  for (const auto& [name, in] : resources_) out.push_back(name);
  return out;
}

std::optional<ObjectMap> Store::objects_at(std::string_view name, std::uint64_t revision) const {
  const Resource* in = find(name);
  if (in == nullptr) return ObjectMap();
  if (revision < in->forgotten) return std::nullopt;
  ObjectMap out = in->objects;
  for (auto it = in->history.rbegin(); it != in->history.rend() && it->revision > revision; ++it) {
    kube::Key key{std::string(namespace_of(*it->object)), std::string(name_of(*it->object))};
    if (it->previous == nullptr) {
      out.erase(key);
    } else {
      out[std::move(key)] = it->previous;
    }
  }
  return out;
}

std::optional<std::vector<Change>> Store::changes_since(std::string_view name, std::uint64_t revision) const {
  if (revision < oldest_revision(name)) return std::nullopt;
  const Resource* in = find(name);
  if (in == nullptr) return std::vector<Change>();
  const auto first = std::ranges::upper_bound(in->history, revision, {}, &Change::revision);
  return std::vector<Change>(first, in->history.end());
}

std::uint64_t Store::oldest_revision(std::string_view name) const {
  const Resource* in = find(name);
  return in == nullptr ? options_.first_revision - 1 : in->forgotten;
}

void Store::forget_history(std::string_view name) {
  Resource& in = resource(name);
  history_bytes_ -= std::exchange(in.weight, 0);
  in.history.clear();
  in.forgotten = revision_;
}

std::uint64_t Store::subscribe(Listener listener) {
  const std::uint64_t id = next_listener_++;
  listeners_.emplace(id, std::move(listener));
  return id;
}

void Store::unsubscribe(std::uint64_t id) { listeners_.erase(id); }

}  // namespace rotor::apiserver
