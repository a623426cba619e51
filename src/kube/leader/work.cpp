#include "kube/leader/work.hpp"

#include <fmt/format.h>

#include "json/document.hpp"

namespace rotor::kube {

bool overlap(const Work& a, const Work& b) {
  return a.namespaces.meet(b.namespaces) && (a.controller_class == b.controller_class || (a.instances && b.instances));
}

std::string write_work(const Work& work) {
  return json::serialize(json::Object{{"class", work.controller_class},
                                      {"namespace", work.namespaces.all() ? std::string() : work.namespaces.text()},
                                      {"instances", work.instances}});
}

std::optional<Work> read_work(const Lease& lease) {
  const auto text = lease.metadata.annotations.find(kWorkAnnotation);
  if (text == lease.metadata.annotations.end()) return std::nullopt;
  const auto document = json::parse(text->second);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Value* instances = json::find(*document, "instances");
  return Work{.controller_class = std::string(json::find_string(*document, "class")),
              .namespaces = Namespaces::listed(json::find_string(*document, "namespace")),
              .instances = instances != nullptr && instances->is_bool() && instances->get_bool()};
}

std::string group_text(const Work& work) {
  return fmt::format("class={} namespace={}", work.controller_class, work.namespaces.text());
}

}  // namespace rotor::kube
