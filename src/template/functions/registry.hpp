// The closed list of functions a template may call.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "template/go/value.hpp"
#include "template/language/context.hpp"

namespace rotor::tmpl {

using Args = std::span<Value>;
using Returned = Result<Value>;
using Native = Returned (*)(Context& context, Args args);

// What the caller charges for a call, apart from the texts that are handed over.
enum class Cost : std::uint8_t {
  kWalks,  // the elements of lists and maps handed over, and the result
  kMakes,  // the result
  kLooks,  // nothing: the result was there before, or the function charges for itself
};

// Parameter types, one letter each; a trailing `*` makes the last one repeat any number of times, a trailing `?`
// lets it be left out.
//   a interface {}   s string   b bool   i int   f float64   u uint32   m map[string]interface {}
//   l []interface {}   t time.Time   c sprig.certificate   h htpasswd's named string type   d time.Duration
//   v *semver.Version
struct Function {
  std::string_view name;
  std::string_view signature;
  Native call;
  Cost cost = Cost::kWalks;
  bool lazy = false;  // `and`, `or`: run by the executor, which must not evaluate all their arguments
};

// Null when there is no such function.
const Function* find_function(std::string_view name);

// All, sorted by name.
std::vector<const Function*> all_functions();

// One table a family, each in its own file.
using Table = std::span<const Function>;
Table builtin_functions();
Table string_functions();
Table case_functions();
Table list_functions();
Table dict_functions();
Table flow_functions();
Table number_functions();
Table encoding_functions();
Table json_functions();
Table yaml_functions();
Table regex_functions();
Table date_functions();
Table url_functions();
Table semver_functions();
Table path_functions();
Table crypto_functions();
Table generate_functions();
Table pem_functions();
Table pkcs12_functions();
Table jwk_functions();

}  // namespace rotor::tmpl
