#include "kube/object/fields.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

namespace rotor::kube {
namespace {

using Child = FieldSet::Child;

// A node without anything below it is a member even without the "." that marks members with something below.
constexpr std::string_view kSelf = ".";

Result<void> read_into(FieldSet& set, const json::Value& document, bool& self) {
  const auto* object = document.if_object();
  if (object == nullptr) return fail(Code::kInvalid, "a field set is made of objects only");
  for (const auto& [key, value] : *object) {
    if (key == kSelf) {
      self = true;
      continue;
    }
    auto element = PathElement::parse(key);
    if (!element && element.error().code == Code::kNotFound) continue;
    if (!element) return std::unexpected(std::move(element).error());
    FieldSet below;
    bool member = false;
    TRY_VOID(read_into(below, value, member));
    if (below.empty() || member) set.insert(*element);
    if (!below.empty()) set.make_below(*std::move(element)) = std::move(below);
  }
  return {};
}

json::Object write_children(const FieldSet& set) {
  json::Object out;
  for (const Child& child : set.children()) {
    json::Object inner;
    if (child.member && !child.below.empty()) inner[kSelf] = json::Object();
    json::Object rest = write_children(child.below);
    for (auto& [key, value] : rest) inner[key] = std::move(value);
    out[child.element.text()] = std::move(inner);
  }
  return out;
}

}  // namespace

FieldSet::FieldSet() = default;
FieldSet::FieldSet(const FieldSet&) = default;
FieldSet::FieldSet(FieldSet&&) noexcept = default;
FieldSet& FieldSet::operator=(const FieldSet&) = default;
FieldSet& FieldSet::operator=(FieldSet&&) noexcept = default;
FieldSet::~FieldSet() = default;

Result<FieldSet> FieldSet::parse(std::string_view json_text) {
  TRY(const json::Value document, json::parse(json_text));
  return from_json(document);
}

Result<FieldSet> FieldSet::from_json(const json::Value& document) {
  FieldSet set;
  bool self = false;
  TRY_VOID(read_into(set, document, self));
  return set;
}

json::Value FieldSet::to_json() const { return write_children(*this); }
std::string FieldSet::text() const { return boost::json::serialize(write_children(*this)); }

std::size_t FieldSet::size() const {
  std::size_t n = 0;
  for (const Child& child : children_) n += (child.member ? 1U : 0U) + child.below.size();
  return n;
}

const Child* FieldSet::find(const PathElement& element) const {
  const auto it = std::ranges::lower_bound(children_, element, {}, &Child::element);
  return it != children_.end() && it->element == element ? &*it : nullptr;
}

Child* FieldSet::find(const PathElement& element) {
  return const_cast<Child*>(static_cast<const FieldSet*>(this)->find(element));
}

Child& FieldSet::make(PathElement element) {
  // Sets are mostly built in order: look at the end first.
  if (children_.empty() || children_.back().element < element) return children_.emplace_back(Child{std::move(element)});
  const auto it = std::ranges::lower_bound(children_, element, {}, &Child::element);
  if (it->element == element) return *it;
  return *children_.insert(it, Child{std::move(element)});
}

void FieldSet::prune() {
  std::erase_if(children_, [](const Child& child) { return !child.member && child.below.empty(); });
}

void FieldSet::insert(const Path& path) {
  FieldSet* at = this;
  for (std::size_t i = 0; i < path.size(); ++i) {
    Child& child = at->make(path[i]);
    if (i + 1 == path.size()) child.member = true;
    at = &child.below;
  }
}

void FieldSet::insert(PathElement element) { make(std::move(element)).member = true; }

void FieldSet::remove(const Path& path) {
  FieldSet one;
  one.insert(path);
  *this = difference(one);
}

bool FieldSet::contains(const Path& path) const {
  const FieldSet* at = this;
  const Child* child = nullptr;
  for (const PathElement& element : path) {
    child = at->find(element);
    if (child == nullptr) return false;
    at = &child->below;
  }
  return child != nullptr && child->member;
}

const FieldSet* FieldSet::below(const PathElement& element) const {
  const Child* child = find(element);
  return child == nullptr ? nullptr : &child->below;
}

FieldSet& FieldSet::make_below(PathElement element) { return make(std::move(element)).below; }

FieldSet FieldSet::united(const FieldSet& other) const {
  FieldSet out;
  out.children_.reserve(children_.size() + other.children_.size());
  auto a = children_.begin();
  auto b = other.children_.begin();
  while (a != children_.end() || b != other.children_.end()) {
    if (b == other.children_.end() || (a != children_.end() && a->element < b->element)) {
      out.children_.push_back(*a++);
    } else if (a == children_.end() || b->element < a->element) {
      out.children_.push_back(*b++);
    } else {
      out.children_.push_back({a->element, a->member || b->member, a->below.united(b->below)});
      ++a, ++b;
    }
  }
  out.prune();
  return out;
}

FieldSet FieldSet::intersection(const FieldSet& other) const {
  FieldSet out;
  for (const Child& mine : children_) {
    const Child* theirs = other.find(mine.element);
    if (theirs == nullptr) continue;
    out.children_.push_back({mine.element, mine.member && theirs->member, mine.below.intersection(theirs->below)});
  }
  out.prune();
  return out;
}

FieldSet FieldSet::difference(const FieldSet& other) const {
  FieldSet out;
  for (const Child& mine : children_) {
    const Child* theirs = other.find(mine.element);
    if (theirs == nullptr) {
      out.children_.push_back(mine);
    } else {
      out.children_.push_back({mine.element, mine.member && !theirs->member, mine.below.difference(theirs->below)});
    }
  }
  out.prune();
  return out;
}

FieldSet FieldSet::recursive_difference(const FieldSet& other) const {
  FieldSet out;
  for (const Child& mine : children_) {
    const Child* theirs = other.find(mine.element);
    if (theirs == nullptr) {
      out.children_.push_back(mine);
    } else if (!theirs->member) {
      out.children_.push_back({mine.element, mine.member, mine.below.recursive_difference(theirs->below)});
    }
  }
  out.prune();
  return out;
}

FieldSet FieldSet::leaves() const {
  FieldSet out;
  for (const Child& child : children_) {
    FieldSet below = child.below.leaves();
    const bool leaf = child.member && below.empty();
    out.children_.push_back({child.element, leaf, std::move(below)});
  }
  out.prune();
  return out;
}

void FieldSet::collect(Path& prefix, std::vector<Path>& out) const {
  for (const Child& child : children_) {
    prefix.push_back(child.element);
    if (child.member) out.push_back(prefix);
    child.below.collect(prefix, out);
    prefix.pop_back();
  }
}

std::vector<Path> FieldSet::paths() const {
  std::vector<Path> out;
  Path prefix;
  collect(prefix, out);
  return out;
}

bool operator==(const FieldSet& a, const FieldSet& b) {
  return std::ranges::equal(a.children_, b.children_, [](const Child& x, const Child& y) {
    return x.member == y.member && x.element == y.element && x.below == y.below;
  });
}

}  // namespace rotor::kube
