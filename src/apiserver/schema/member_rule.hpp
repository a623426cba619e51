// What the API server checks by code in a member of a built-in type: one row of builtin_rules.json. Members that have
// rows come before the others and in the order of their rows, which is the order of the server's messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::apiserver::schema {

struct MemberRule {
  std::string at;
  bool required = false;                     // though the OpenAPI documents do not say so
  std::string form{};                        // the rule its text follows: see kForms in validate_members.cpp
  bool blank = false;                        // the form is asked of an empty text too
  bool open = false;                         // fixed values of the schema are checked by code
  bool sparse = false;                       // items without a name are not compared
  bool declares = false;                     // sound items may be referred to from anywhere below this object…
  bool declared = false;                     // …by a member such as this
  std::string filled{};                      // why an empty object is refused
  std::string selected_by{};                 // the member beside it whose selector must match the labels in it
  std::string unique{};                      // the member in which items of this list differ
  std::string not_with{};                    // the member beside it that must be empty when this one is there
  std::optional<std::int64_t> from{}, to{};  // a number's bounds
  std::string says{};    // about what breaks one of the three above; "" are the server's common words for it
  std::string beside{};  // the list whose items these must differ from as well
  std::string check{};   // what takes more than words: see kMemberChecks in member_checks.cpp
};

Result<MemberRule> parse_member_rule(const json::Object& row);

// Members of a type of which one and only one may be there.
struct Choice {
  std::vector<std::string> of{};
  std::string none{};        // said when there is none; "": then there may be none
  std::string missing{};     // likewise, of what is then required
  std::string many{};        // said of the whole when there are several…
  std::string more{};        // …or of each that is too many, which is then not looked into
  bool blames_list = false;  // the list that holds the object is named, not the object
};

Result<Choice> parse_choice(const json::Object& row);

}  // namespace rotor::apiserver::schema
