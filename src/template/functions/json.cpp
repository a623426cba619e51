// JSON. The plain forms swallow errors, the must forms report them.
#include "template/functions/helpers.hpp"
#include "template/json_value.hpp"

namespace rotor::tmpl {

namespace {

Returned written(const Value& v, JsonStyle style, bool must) {
  auto out = write_json(v, style);
  if (!out && must) return std::unexpected(std::move(out).error());
  return text(out ? *std::move(out) : std::string());
}

Returned from_json(Context&, Args a) {
  auto v = read_json(str(a, 0), true);
  return v ? *std::move(v) : Value();
}

constexpr JsonStyle kPlain{};
constexpr JsonStyle kPretty{.indent = true};
constexpr JsonStyle kRaw{.html = false};

constexpr Function kTable[] = {
    {"toJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPlain, false); }},
    {"mustToJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPlain, true); }},
    {"toPrettyJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPretty, false); }},
    {"mustToPrettyJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kPretty, true); }},
    {"toRawJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kRaw, true); }},
    {"mustToRawJson", "a", [](Context&, Args a) -> Returned { return written(a[0], kRaw, true); }},
    {"fromJson", "s", from_json},
    {"mustFromJson", "s", [](Context&, Args a) -> Returned { return read_json(str(a, 0)); }},
};

}  // namespace

Table json_functions() { return kTable; }

}  // namespace rotor::tmpl
