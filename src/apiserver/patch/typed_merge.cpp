#include <map>
#include <set>

#include "apiserver/patch/typed.hpp"

namespace rotor::apiserver::patch::typed {

namespace {

using kube::PathElement;

json::Value merge_maps(const Schema& schema, const json::Object& base, const json::Object& over) {
  json::Object out = base;
  for (const auto& [key, value] : over) {
    auto* mine = out.if_contains(key);
    const Schema* below = member(schema, key);
    if (mine == nullptr || below == nullptr)
      out[key] = value;
    else
      *mine = merge(*below, *mine, value);
  }
  return out;
}

// Both lists as sequences of identities. Items of both keep the order of `over`; items of `base` alone stay where they
// were between them.
class ListMerge {
 public:
  ListMerge(const Schema& schema, const json::Array& base, const json::Array& over)
      : schema_(schema), base_(base), over_(over) {
    for (const json::Value& item : base) {
      base_names_.push_back(element(schema, item));
      in_base_.emplace(base_names_.back(), base_names_.size() - 1);
    }
    for (const json::Value& item : over) over_names_.push_back(element(schema, item));
    in_over_.insert(over_names_.begin(), over_names_.end());
    for (const PathElement& name : over_names_) {
      if (in_base_.contains(name)) shared_.push_back(name);
    }
  }

  json::Array run() {
    while (i_ < base_.size() || j_ < over_.size()) {
      if (i_ < base_.size() && j_ < over_.size()) {
        const PathElement& name = base_names_[i_];
        if (name == over_names_[j_]) {
          take_over();
          ++i_;
          continue;
        }
        if (in_over_.contains(name) && next_shared_ < shared_.size() && shared_[next_shared_] != name) {
          ++i_;  // shared, but its turn is later
          continue;
        }
      }
      if (i_ < base_.size()) {
        if (!in_over_.contains(base_names_[i_])) {
          out_.push_back(base_[i_++]);
          continue;
        }
        if (done_.contains(base_names_[i_])) ++i_;
      }
      if (j_ < over_.size()) take_over();
    }
    return std::move(out_);
  }

 private:
  void take_over() {
    const PathElement& name = over_names_[j_];
    const auto twin = in_base_.find(name);
    const Schema* below = schema_.items ? schema_.items->schema : nullptr;
    if (twin == in_base_.end() || below == nullptr)
      out_.push_back(over_[j_]);
    else
      out_.push_back(merge(*below, base_[twin->second], over_[j_]));
    done_.insert(name);
    if (next_shared_ < shared_.size() && shared_[next_shared_] == name) ++next_shared_;
    ++j_;
  }

  const Schema& schema_;
  const json::Array& base_;
  const json::Array& over_;
  std::vector<PathElement> base_names_, over_names_, shared_;
  std::map<PathElement, std::size_t> in_base_;  // the first of that name
  std::set<PathElement> in_over_, done_;
  std::size_t i_ = 0, j_ = 0, next_shared_ = 0;
  json::Array out_;
};

}  // namespace

json::Value merge(const Schema& schema, const json::Value& base, const json::Value& over) {
  const Shape form = shape(schema, over);
  if (form == Shape::kLeaf || shape(schema, base) != form) return over;
  if (form == Shape::kMap) return merge_maps(schema, base.get_object(), over.get_object());
  return ListMerge(schema, base.get_array(), over.get_array()).run();
}

json::Value without(const Schema& schema, const json::Value& value, const FieldSet& gone) {
  const Shape form = shape(schema, value);
  if (form == Shape::kMap) {
    json::Object out;
    for (const auto& [key, item] : value.get_object()) {
      const PathElement at = PathElement::field(key);
      if (gone.contains({at})) continue;
      const FieldSet* below = gone.below(at);
      const Schema* inner = member(schema, key);
      out[key] = below == nullptr || below->empty() || inner == nullptr ? item : without(*inner, item, *below);
    }
    return out.empty() ? json::Value() : json::Value(std::move(out));
  }
  if (form == Shape::kList) {
    json::Array out;
    for (const json::Value& item : value.get_array()) {
      const PathElement at = element(schema, item);
      if (gone.contains({at})) continue;
      const FieldSet* below = gone.below(at);
      out.push_back(below == nullptr || below->empty() || !schema.items ? item
                                                                        : without(*schema.items->schema, item, *below));
    }
    return out.empty() ? json::Value() : json::Value(std::move(out));
  }
  // Something below an atomic value was owned: all of it goes.
  return value.is_object() || value.is_array() ? json::Value() : value;
}

}  // namespace rotor::apiserver::patch::typed
