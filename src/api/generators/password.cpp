#include "api/generators/password.hpp"

namespace rotor::json {

using api::gen::PasswordSpec;

ROTOR_DESCRIBE(
    PasswordSpec, "Random text.",
    field<&PasswordSpec::length>("length",
                                 {.required = true, .default_json = "24", .doc = "Characters, before it is encoded."}),
    field<&PasswordSpec::digits>("digits", {.doc = "How many are digits; a quarter when absent."}),
    field<&PasswordSpec::symbols>("symbols", {.doc = "How many are symbols; a quarter when absent."}),
    field<&PasswordSpec::symbol_characters>("symbolCharacters", {.doc = "The symbols to choose from."}),
    field<&PasswordSpec::no_upper>("noUpper",
                                   {.required = true, .default_json = "false", .doc = "Lower-case letters only."}),
    field<&PasswordSpec::allow_repeat>("allowRepeat", {.required = true,
                                                       .default_json = "false",
                                                       .doc = "Whether a character may occur more than once."}),
    field<&PasswordSpec::encoding>("encoding", {.default_json = R"("raw")",
                                                .one_of = {"base64", "base64url", "base32", "hex", "raw"},
                                                .doc = "How the finished text is encoded."}),
    field<&PasswordSpec::secret_keys>("secretKeys",
                                      {.min_items = 1,
                                       .doc = "A text of its own for each of these keys; password when absent."}));

}  // namespace rotor::json
