// Defaults, choices and types.
#include "template/functions/helpers.hpp"

namespace rotor::tmpl {

namespace {

Returned coalesce(Context&, Args a) {
  for (const Value& v : a) {
    if (!is_empty(v)) return v;
  }
  return Value();
}

constexpr Function kFlowTable[] = {
    {"empty", "a", [](Context&, Args a) -> Returned { return yes(is_empty(a[0])); }, Cost::kLooks},
    {"default", "aa*", [](Context&, Args a) -> Returned { return a.size() < 2 || is_empty(a[1]) ? a[0] : a[1]; },
     Cost::kLooks},
    {"coalesce", "a*", coalesce, Cost::kLooks},
    {"ternary", "aab", [](Context&, Args a) -> Returned { return a[2].boolean() ? a[0] : a[1]; }, Cost::kLooks},
    {"fail", "s", [](Context&, Args a) -> Returned { return bad(str(a, 0)); }},
    {"typeOf", "a", [](Context&, Args a) -> Returned { return text(type_name(a[0].type())); }, Cost::kLooks},
    {"typeIs", "sa", [](Context&, Args a) -> Returned { return yes(str(a, 0) == type_name(a[1].type())); },
     Cost::kLooks},
    {"typeIsLike", "sa",
     [](Context&, Args a) -> Returned {
       const std::string_view name = type_name(a[1].type());
       return yes(str(a, 0) == name || "*" + str(a, 0) == name);
     },
     Cost::kLooks},
    {"kindOf", "a", [](Context&, Args a) -> Returned { return text(kind_name(a[0].type())); }, Cost::kLooks},
    {"kindIs", "sa", [](Context&, Args a) -> Returned { return yes(str(a, 0) == kind_name(a[1].type())); },
     Cost::kLooks},
};

}  // namespace

Table flow_functions() { return kFlowTable; }

}  // namespace rotor::tmpl
