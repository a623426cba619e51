// A Connect server as far as these tests need it: vaults with items, found by a filter that is parsed here on its own.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/writer.hpp"
#include "net/server.hpp"

namespace rotor::test {

struct FakeConnect {
  struct Answer {
    int status;
    std::string body;
    net::Headers headers{{"Content-Type", "application/json"}};
  };
  struct StoredFile {
    std::string name;
    std::string content;
  };
  struct StoredItem {
    std::string id;
    std::string title;
    std::vector<std::pair<std::string, std::string>> fields{};  // label, value
    std::vector<StoredFile> files{};
    std::vector<std::string> tags{};
    std::string category = "LOGIN";
    std::string more{};  // members of the full item, verbatim
  };
  struct StoredVault {
    std::string id;
    std::string name;
    std::vector<StoredItem> items{};
  };

  std::string token = "connect-token";
  std::vector<StoredVault> vaults{};
  std::deque<Answer> next{};         // these first, whatever is asked
  std::map<std::string, Answer> at;  // path → answer instead of what is stored
  std::vector<std::string> calls{};  // paths, decoded

  // 26 characters that end as `tail`.
  static std::string id(std::string_view tail) { return std::string(26 - tail.size(), 'a') + std::string(tail); }

  static std::string list(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
    return "[" + text + "]";
  }

  static std::string summary(const StoredVault& vault, const StoredItem& item) {
    std::vector<std::string> tags;
    for (const std::string& tag : item.tags) tags.push_back(json::quote(tag));
    return fmt::format(R"("id":"{}","title":{},"vault":{{"id":"{}"}},"category":"{}","tags":{})", item.id,
                       json::quote(item.title), vault.id, item.category, list(tags));
  }

  static std::string file_path(const StoredVault& vault, const StoredItem& item, std::size_t i) {
    return fmt::format("/v1/vaults/{}/items/{}/files/f{}/content", vault.id, item.id, i);
  }

  static std::string full(const StoredVault& vault, const StoredItem& item) {
    std::vector<std::string> fields;
    for (const auto& [label, value] : item.fields) {
      fields.push_back(fmt::format(R"({{"id":"x","label":{},"type":"CONCEALED","value":{}}})", json::quote(label),
                                   json::quote(value)));
    }
    std::vector<std::string> files;
    for (std::size_t i = 0; i < item.files.size(); ++i) {
      files.push_back(fmt::format(R"({{"id":"f{}","name":{},"size":{},"content_path":"{}"}})", i,
                                  json::quote(item.files[i].name), item.files[i].content.size(),
                                  file_path(vault, item, i)));
    }
    return fmt::format(R"({{{},"fields":{},"files":{}{}}})", summary(vault, item), list(fields), list(files),
                       item.more);
  }

  // The text between the quotes of `title eq "…"`.
  static std::string filtered(const std::string& query) {
    const std::string text = *percent_decode(query.substr(query.find('=') + 1));
    std::string value;
    for (std::size_t i = text.find('"') + 1; i + 1 < text.size(); ++i) {
      if (text[i] == '\\') ++i;
      value += text[i];
    }
    return value;
  }

  static Answer refused(int status, const std::string& message) {
    return {status, fmt::format(R"({{"status":{},"message":{}}})", status, json::quote(message))};
  }

  Answer vault_answer(const std::string& path, const std::string& query) const {
    std::vector<std::string> found;
    for (const StoredVault& vault : vaults) {
      const std::string text = fmt::format(R"({{"id":"{}","name":{}}})", vault.id, json::quote(vault.name));
      if (path == "/v1/vaults/" + vault.id) return {200, text};
      if (filtered(query) == vault.name) found.push_back(text);
    }
    if (path == "/v1/vaults") return {200, list(found)};
    return refused(404, "vault not found");
  }

  Answer item_answer(const StoredVault& vault, const std::string& rest, const std::string& query) const {
    std::vector<std::string> found;
    for (const StoredItem& item : vault.items) {
      if (rest == "/" + item.id) return {200, full(vault, item)};
      for (std::size_t i = 0; i < item.files.size(); ++i) {
        if (file_path(vault, item, i).ends_with("/items" + rest)) {
          return {200, item.files[i].content, {{"Content-Type", "application/octet-stream"}}};
        }
      }
      if (query.empty() || filtered(query) == item.title) found.push_back("{" + summary(vault, item) + "}");
    }
    if (rest.empty()) return {200, list(found)};
    return refused(404, "item not found");
  }

  Answer answer(const net::ServerRequest& request) {
    calls.push_back(request.path + (request.query.empty() ? "" : "?" + *percent_decode(request.query)));
    if (!next.empty()) {
      Answer scripted = next.front();
      next.pop_front();
      return scripted;
    }
    const std::string* sent = net::find_header(request.headers, "Authorization");
    if (sent == nullptr || *sent != "Bearer " + token) return refused(401, "Invalid token signature");
    if (const auto scripted = at.find(request.path); scripted != at.end()) return scripted->second;
    for (const StoredVault& vault : vaults) {
      const std::string items = "/v1/vaults/" + vault.id + "/items";
      if (request.path.starts_with(items)) return item_answer(vault, request.path.substr(items.size()), request.query);
    }
    return vault_answer(request.path, request.query);
  }

  static Task<> serve(FakeConnect& self, net::ServerRequest request, net::ServerResponse& response) {
    Answer answer = self.answer(request);
    co_await response.respond(answer.status, std::move(answer.headers), SecretBytes(answer.body));
  }
};

}  // namespace rotor::test
