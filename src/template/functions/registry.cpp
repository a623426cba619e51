#include "template/functions/registry.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace rotor::tmpl {

namespace {

using Index = std::unordered_map<std::string_view, const Function*>;

// Later tables win: sprig's `slice` replaces the built-in one.
const Index& index() {
  static const Index all = [] {
    const std::array tables = {builtin_functions(),  string_functions(), case_functions(),   list_functions(),
                               dict_functions(),     flow_functions(),   number_functions(), encoding_functions(),
                               json_functions(),     yaml_functions(),   regex_functions(),  date_functions(),
                               url_functions(),      semver_functions(), path_functions(),   crypto_functions(),
                               generate_functions(), pem_functions(),    pkcs12_functions(), jwk_functions()};
    Index made;
    for (const Table table : tables) {
      for (const Function& f : table) made.insert_or_assign(f.name, &f);
    }
    return made;
  }();
  return all;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = index().find(name);
  return found == index().end() ? nullptr : found->second;
}

std::vector<const Function*> all_functions() {
  std::vector<const Function*> all;
  for (const auto& [_, f] : index()) all.push_back(f);
  std::ranges::sort(all, {}, &Function::name);
  return all;
}

}  // namespace rotor::tmpl
