// JSON. The plain forms swallow errors, the must forms report them.
#include "template/go/json.hpp"

#include "template/functions/helpers.hpp"

namespace rotor::tmpl {

namespace {

Returned written(const Value& v, JsonStyle style, bool must) {
  auto out = write_json(v, style);
  if (!out && (must || is_over_budget(out.error()))) return std::unexpected(std::move(out).error());
  return text(out ? *std::move(out) : std::string());
}

Returned read(Context& c, const std::string& document, bool must) {
  constexpr std::size_t kValue = 96;
  std::size_t values = 0;
  auto v = read_json(document, !must, &values);
  TRY_VOID(c.spend_bytes(values * kValue));
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(values)));
  if (!v && (must || is_over_budget(v.error()))) return std::unexpected(std::move(v).error());
  return v ? *std::move(v) : Value();
}

constexpr JsonStyle kPlain{};
constexpr JsonStyle kPretty{.indent = true};
constexpr JsonStyle kRaw{.html = false};

constexpr Function kJsonTable[] = {
    {"toJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPlain, false); }},
    {"mustToJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPlain, true); }},
    {"toPrettyJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPretty, false); }},
    {"mustToPrettyJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPretty, true); }},
    {"toRawJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kRaw, true); }},
    {"mustToRawJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kRaw, true); }},
    {"fromJson", "s", [](Context& c, Args a) -> Returned { return read(c, str(a, 0), false); }, Cost::kLooks},
    {"mustFromJson", "s", [](Context& c, Args a) -> Returned { return read(c, str(a, 0), true); }, Cost::kLooks},
};

}  // namespace

Table json_functions() { return kJsonTable; }

}  // namespace rotor::tmpl
