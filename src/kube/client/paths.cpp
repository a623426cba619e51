#include "kube/client/paths.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace rotor::kube {

std::string group_resource(const Resource& resource) {
  return resource.group.empty() ? std::string(resource.plural) : fmt::format("{}.{}", resource.plural, resource.group);
}

std::string version_path(std::string_view api_version) {
  const auto slash = api_version.find('/');
  if (slash == std::string_view::npos) return "/api/" + percent_encode(api_version);
  return fmt::format("/apis/{}/{}", percent_encode(api_version.substr(0, slash)),
                     percent_encode(api_version.substr(slash + 1)));
}

std::string collection_path(const Resource& resource, std::string_view ns) {
  std::string path = version_path(resource.api_version());
  if (resource.namespaced && !ns.empty()) path += "/namespaces/" + percent_encode(ns);
  return fmt::format("{}/{}", path, resource.plural);
}

std::string object_path(const Resource& resource, const Key& key, std::string_view subresource) {
  std::string path = collection_path(resource, key.ns) + "/" + percent_encode(key.name);
  if (!subresource.empty()) path += fmt::format("/{}", subresource);
  return path;
}

Result<void> check_segments(const Resource& resource, const Key& key) {
  const auto check = [&resource](std::string_view what, std::string_view name) -> Result<void> {
    if (name != "." && name != ".." && name.find_first_of("/%") == std::string_view::npos) return {};
    return fail(Code::kInvalid, fmt::format("{} {} \"{}\" cannot exist: a name is not \".\" or \"..\" and has no "
                                            "\"/\" or \"%\"; correct it where it is referred to",
                                            group_resource(resource), what, name));
  };
  if (key.name.empty()) return fail(Code::kInvalid, fmt::format("{} without a name", group_resource(resource)));
  if (resource.namespaced) TRY_VOID(check("in namespace", key.ns));
  return check("named", key.name);
}

Query& Query::add(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  text_ += text_.empty() ? '?' : '&';
  text_ += name;
  text_ += '=';
  text_ += percent_encode(value);
  return *this;
}

Query write_query(const WriteOptions& options, std::string_view default_manager) {
  Query query;
  query.add("fieldManager", options.field_manager.empty() ? default_manager : options.field_manager);
  if (options.force) query.add("force", "true");
  if (options.dry_run) query.add("dryRun", "All");
  query.add("fieldValidation", options.field_validation);
  return query;
}

}  // namespace rotor::kube
