// What a Connect server answers, as far as reading needs it. https://developer.1password.com/docs/connect/api-reference
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/describe.hpp"
#include "net/http.hpp"

namespace rotor::providers::onepassword {

struct Vault {
  std::string id;
  std::string name;
};

// An item as lists have it: without fields and files.
struct Summary {
  std::string id;
  std::string title;
  std::vector<std::string> tags;
};

struct ItemField {
  std::string label;
  json::SecretText value;
};

struct ItemFile {
  std::string id;
  std::string name;
  std::optional<std::int64_t> size;
  std::string content_path;
  std::optional<SecretBytes> content;  // where the server put it into the item
};

struct Item {
  std::string id;
  std::string title;
  std::string category;
  std::vector<ItemField> fields;
  std::vector<ItemFile> files;
  json::Raw version{};   // a number
  std::string vault_id;  // ours: where it was found

  bool is_document() const { return category == "DOCUMENT"; }
};

// What an answer other than the wanted one says: `status 403: vault … is not in scope`.
Error error_of(const net::Response& response);

// A 404 that Connect itself has written: `{"status":404,"message":…}`. Another one is a proxy's, or of a wrong address.
bool says_missing(const net::Response& response);

// Of several things of (nearly) one name, those that are meant: the ones written exactly like it, else all. A server
// that answers something else than it was asked for is kUnavailable.
template <class T>
Result<std::vector<T>> meant_by(std::string_view name, std::vector<T> found, std::string T::* named);

extern template Result<std::vector<Vault>> meant_by(std::string_view, std::vector<Vault>, std::string Vault::*);
extern template Result<std::vector<Summary>> meant_by(std::string_view, std::vector<Summary>, std::string Summary::*);

}  // namespace rotor::providers::onepassword

namespace rotor::json {
ROTOR_DESCRIBED(providers::onepassword::Vault);
ROTOR_DESCRIBED(providers::onepassword::Summary);
ROTOR_DESCRIBED(providers::onepassword::ItemField);
ROTOR_DESCRIBED(providers::onepassword::ItemFile);
ROTOR_DESCRIBED(providers::onepassword::Item);
}  // namespace rotor::json
