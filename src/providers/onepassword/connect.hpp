// The calls of a Connect server. https://developer.1password.com/docs/connect/api-reference
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "providers/common/call.hpp"
#include "providers/onepassword/documents.hpp"

namespace rotor::providers::onepassword {

// One server and who we are to it.
struct Access {
  std::string base;  // without a slash at its end
  SecretBytes token;
  std::string token_source;  // for a person, when the token is refused
  RetryPolicy retry{};
  net::Reach reach = net::Reach::kNotOfTheNode;
};
using AccessPtr = std::shared_ptr<const Access>;
using ItemPtr = std::shared_ptr<const Item>;

class Connect {
 public:
  explicit Connect(const Services& services) : caller_(services) {}

  Task<Result<std::vector<Vault>>> vaults_named(AccessPtr access, std::string name);
  Task<Result<Vault>> vault(AccessPtr access, std::string id);
  Task<Result<std::vector<Summary>>> items(AccessPtr access, std::string vault_id);
  Task<Result<std::vector<Summary>>> items_titled(AccessPtr access, std::string vault_id, std::string title);
  // Null: Connect says 404. That is not yet the server's word that there is no such item: the vault may be missing as
  // well.
  Task<Result<ItemPtr>> item(AccessPtr access, std::string vault_id, std::string id);
  // Of the file at `index` of item.files.
  Task<Result<SecretBytes>> content(AccessPtr access, ItemPtr item, std::size_t index);

 private:
  struct Question {
    std::string name;  // for the metric
    std::string path;
    bool may_be_missing = false;  // Connect's own 404 is for the caller
  };
  Task<Result<net::Response>> ask(AccessPtr access, Question question);
  Task<Result<net::Response>> ask_once(AccessPtr access, Question question, bool& hiccup);
  template <class T>
  Task<Result<T>> read(AccessPtr access, Question question);

  Caller caller_;
};

}  // namespace rotor::providers::onepassword
