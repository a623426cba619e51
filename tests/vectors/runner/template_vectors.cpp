#include "template/language/template.hpp"
#include "tests/vectors/runner/runner.hpp"

namespace rotor::vectors {

namespace {

tmpl::Value value_of(const Entry& e) {
  tmpl::Map members;
  for (auto& [key, value] : text_map(e, "data")) members.emplace(key, tmpl::Value::text(value));
  return tmpl::Value::map(std::move(members), tmpl::Type::kStringMap);
}

}  // namespace

Outcome run_template(const Entry& e) {
  tmpl::Delimiters delimiters;
  if (has(e, "left_delim")) delimiters.left = text(e, "left_delim");
  if (has(e, "right_delim")) delimiters.right = text(e, "right_delim");
  const std::string key = has(e, "key") ? text(e, "key") : "tpl";
  const std::string source = text(e, "template");
  bool parsed = false;
  const auto got = [&]() -> Result<std::string> {
    TRY(const auto t, tmpl::Template::parse(key, source, delimiters));
    parsed = true;
    return t.render(value_of(e), tmpl::system_environment());
  }();
  if (!got && wants_error(e) && has(e, "error_class") && parsed != (text(e, "error_class") != "parse")) {
    return Failure{source, text(e, "error_class") + " error: " + text(e, "error_text"), got.error().message};
  }
  return check(e, source, got, text(e, "expected"));
}

}  // namespace rotor::vectors
