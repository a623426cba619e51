#include "openclaw/proof/models_probe.hpp"

namespace rotor::openclaw {

std::vector<std::string> models_probe_command() {
  std::string script;
  for (const std::string_view line : models_probe_lines()) {
    script += line;
    script += '\n';
  }
  return {"node", "-e", std::move(script)};
}

}  // namespace rotor::openclaw
