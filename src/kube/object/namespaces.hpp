// The namespaces that somebody works in: those named, or all of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rotor::kube {

class Namespaces {
 public:
  Namespaces() = default;  // all
  // One; all when the name is empty.
  Namespaces(std::string one) {  // NOLINT(google-explicit-constructor): a namespace is a list of one
    if (!one.empty()) names_.push_back(std::move(one));
  }
  Namespaces(const char* one) : Namespaces(std::string(one)) {}  // NOLINT(google-explicit-constructor)
  // Of "a, b,,a": a and b. All when it names none.
  static Namespaces listed(std::string_view text);

  bool all() const { return names_.empty(); }
  // What to list and watch one by one: "" stands for all.
  std::vector<std::string> scopes() const { return all() ? std::vector<std::string>{""} : names_; }
  // Is there one in both?
  bool meet(const Namespaces& other) const;
  // For people: "*" or "a,b".
  std::string text() const;

 private:
  std::vector<std::string> names_;  // each once, in the order given
};

}  // namespace rotor::kube
