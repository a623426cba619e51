// Why the content of a Secret could not be made: in words, and where, for who shows the place to the author.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "template/language/fault.hpp"

namespace rotor::secrets {

struct RenderFailure {
  Error error;                                 // as the event says it; names keys and positions, never values
  std::string cause{};                         // the same without the steps that led there; what to say beside `field`
  std::string field{};                         // spec.target.template.data[config.yaml]; empty: none in particular
  std::shared_ptr<const tmpl::Fault> fault{};  // where in `text`; null: the field as a whole
  SecretBytes text{};                          // what `field` holds, or leads to
  bool from_secret = false;                    // the text is in a Secret itself: not to be shown
};

}  // namespace rotor::secrets
