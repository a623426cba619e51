// A parsed Go template, reusable and immutable. Pure: data, time and randomness are handed in.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/go/value.hpp"
#include "template/language/context.hpp"
#include "template/language/fault.hpp"
#include "template/language/parser.hpp"

namespace rotor::tmpl {

struct RenderOptions {
  bool missing_key_is_error = true;  // otherwise a missing key is nil and prints `<no value>`
  Limits limits;
  Spent* spent = nullptr;  // shared with other renders; null: this one has all of `limits` to itself
};

class Template {
 public:
  // `name` stands in messages (`template: NAME:LINE: …`) and is the name of the main template.
  static Placed<Template> parse(std::string_view name, std::string_view text, const Delimiters& delimiters = {});

  // Messages name template, line, column, functions and types; never values.
  Placed<std::string> render(const Value& data, const Environment& environment,
                             const RenderOptions& options = {}) const;

 private:
  Template(std::string name, std::shared_ptr<const Tree> tree) : name_(std::move(name)), tree_(std::move(tree)) {}

  std::string name_;
  std::shared_ptr<const Tree> tree_;
};

// The machine's clock and OpenSSL's generator.
Environment system_environment();

}  // namespace rotor::tmpl
