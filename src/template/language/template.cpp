#include "template/language/template.hpp"

#include <openssl/rand.h>

#include "template/language/exec.hpp"

namespace rotor::tmpl {

Placed<Template> Template::parse(std::string_view name, std::string_view text, const Delimiters& delimiters) {
  TRY(auto tree, tmpl::parse(name, text, delimiters));
  return Template(std::string(name), std::move(tree));
}

Placed<std::string> Template::render(const Value& data, const Environment& environment,
                                     const RenderOptions& options) const {
  Spent own;
  Context context(environment, options.limits, options.spent != nullptr ? *options.spent : own);
  return Execution(*tree_, name_, context, options).run(data);
}

Environment system_environment() {
  return {std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now()),
          [](std::span<unsigned char> out) { RAND_bytes(out.data(), static_cast<int>(out.size())); }};
}

}  // namespace rotor::tmpl
