// Where a template is wrong, and what of: as data beside the words of an error, for who shows the place to its author.
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rotor::tmpl {

struct Fault {
  enum class Kind : std::uint8_t {
    kOther,
    kUnknownFunction,  // there is no function `subject`
    kMissingKey,       // the data has no `subject`
    kMissingMember,    // something that the template found or made has none
    kNoFields,         // `subject` was asked of something that has no fields at all
  };
  std::string name;  // of the template
  int line = 1;
  std::size_t column = 0;  // in bytes, from 0
  std::string what;        // the message without the place
  Kind kind = Kind::kOther;
  std::string subject{};
};

// An Error, and the place in a template as far as it is about one.
struct TemplateError : Error {
  TemplateError(Error error) : Error(std::move(error)) {}
  TemplateError(Error error, Fault at) : Error(std::move(error)), fault(std::make_shared<const Fault>(std::move(at))) {}

  std::shared_ptr<const Fault> fault;  // null: about no place
};
template <class T>
using Placed = std::expected<T, TemplateError>;

// Error::prefixed for what derives from it: everything else that it carries stays.
template <std::derived_from<Error> E>
E prefixed(E error, std::string_view context) {
  Error& words = error;
  words = std::move(words).prefixed(context);
  return error;
}

}  // namespace rotor::tmpl
