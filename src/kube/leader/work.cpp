#include "kube/leader/work.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "json/document.hpp"

namespace rotor::kube {

bool overlap(const Work& a, const Work& b) {
  return a.namespaces.meet(b.namespaces) && (a.controller_class == b.controller_class || (a.instances && b.instances));
}

bool same_work(const Work& a, const Work& b) {
  return a.controller_class == b.controller_class && a.instances == b.instances &&
         std::ranges::is_permutation(a.namespaces.scopes(), b.namespaces.scopes());
}

bool of_two_installations(const Work& a, const Work& b) {
  return !a.installation.empty() && !b.installation.empty() && a.installation != b.installation;
}

std::string write_work(const Work& work) {
  json::Object out{{"class", work.controller_class},
                   {"namespace", work.namespaces.all() ? std::string() : work.namespaces.text()},
                   {"instances", work.instances}};
  if (!work.installation.empty()) out["installation"] = work.installation;
  return json::serialize(out);
}

std::optional<Work> read_work(const Lease& lease) {
  const auto text = lease.metadata.annotations.find(kWorkAnnotation);
  if (text == lease.metadata.annotations.end()) return std::nullopt;
  const auto document = json::parse(text->second);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Value* instances = json::find(*document, "instances");
  return Work{.controller_class = std::string(json::find_string(*document, "class")),
              .namespaces = Namespaces::listed(json::find_string(*document, "namespace")),
              .instances = instances != nullptr && instances->is_bool() && instances->get_bool(),
              .installation = std::string(json::find_string(*document, "installation"))};
}

std::string group_text(const Work& work) {
  return fmt::format("class={} namespace={}", work.controller_class, work.namespaces.text());
}

}  // namespace rotor::kube
