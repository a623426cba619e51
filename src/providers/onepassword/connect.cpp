#include "providers/onepassword/connect.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace rotor::providers::onepassword {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kCounter = "1Password/Connect";
constexpr std::size_t kMaxBody = 32U << 20;
// A Connect server that has just started or synchronised refuses for a moment what it allows right after.
constexpr std::array<milliseconds, 3> kHiccupPauses{milliseconds(100), milliseconds(500), milliseconds(0)};
constexpr std::string_view kHiccup = "status 403: Authorization";

// `title eq "…"`, a filter as SCIM writes it, percent-encoded as a whole.
std::string filter(std::string_view text) {
  std::string quoted = "title eq \"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return "?filter=" + percent_encode(quoted + "\"");
}

std::string items_path(std::string_view vault_id) {
  return fmt::format("/v1/vaults/{}/items", percent_encode(vault_id));
}

// Where the server says that a file's content lies: a path of its own, never another server's.
Result<std::string> content_path(const Item& item, const ItemFile& file) {
  if (file.content_path.empty()) {
    return fmt::format("{}/{}/files/{}/content", items_path(item.vault_id), percent_encode(item.id),
                       percent_encode(file.id));
  }
  const std::string path = (file.content_path.starts_with('/') ? "" : "/") + file.content_path;
  const bool printable = path.find_first_of(" #?\\\"<>") == std::string::npos &&
                         std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7F; });
  if (path.starts_with("//") || path.contains("://") || !printable) {
    return fail(Code::kUnavailable,
                "the Connect server names a place for the file's content that is no path of its own");
  }
  return path;
}

// A page that stands in for the answer (a log-in form of a proxy) has another type and another size than the file.
Result<void> check_content(const ItemFile& file, const net::Response& response) {
  const std::string* type = net::find_header(response.headers, "Content-Type");
  if (!file.size) {
    if (type == nullptr || !type->starts_with("text/html")) return {};
    return fail(Code::kUnavailable, "the server answered a page instead of the file's content");
  }
  if (std::cmp_equal(*file.size, response.body.size())) return {};
  return fail(Code::kUnavailable,
              fmt::format("the content of the file has {} bytes, {} were announced", response.body.size(), *file.size));
}

}  // namespace

Task<Result<net::Response>> Connect::ask_once(AccessPtr access, Question question, bool& hiccup) {
  Call call{.name = question.name,
            .provider = std::string(kCounter),
            .retry = access->retry,
            .reach = access->reach,
            .max_body = kMaxBody};
  call.make = [&] {
    hiccup = false;
    return net::Request{.url = access->base + question.path,
                        .headers = {{"Authorization", fmt::format("Bearer {}", access->token.reveal())},
                                    {"Content-Type", "application/json"}}};
  };
  call.judge = [&](const net::Response& response) {
    if (response.status == 200 || (question.may_be_missing && says_missing(response))) return Judgement::take();
    Error error = error_of(response);
    hiccup = error.message.starts_with(kHiccup);
    if (error.code == Code::kUnauthenticated) error.message += fmt::format(" ({})", access->token_source);
    return Judgement::fail(std::move(error));
  };
  co_return co_await caller_.call(std::move(call));
}

Task<Result<net::Response>> Connect::ask(AccessPtr access, Question question) {
  Result<net::Response> response = fail(Code::kInternal, "not asked");
  for (const milliseconds pause : kHiccupPauses) {
    bool hiccup = false;
    response = co_await ask_once(access, question, hiccup);
    if (response || !hiccup || pause == milliseconds(0)) break;
    co_await caller_.clock().sleep_for(pause);
  }
  co_return std::move(response);
}

template <class T>
Task<Result<T>> Connect::read(AccessPtr access, Question question) {
  const std::string name = question.name;
  CO_TRY(const net::Response response, co_await ask(std::move(access), std::move(question)));
  if (json::Reader(response.body.reveal()).peek() == json::Kind::kNull) {
    co_return fail(Code::kUnavailable, fmt::format("{}: the answer is null", name));
  }
  auto document = json::read<T>(response.body.reveal());
  if (!document) {
    co_return fail(Code::kUnavailable,
                   fmt::format("{}: the answer is not what it should be: {}", name, document.error().message));
  }
  co_return std::move(document);
}

Task<Result<std::vector<Vault>>> Connect::vaults_named(AccessPtr access, std::string name) {
  Question question{"GetVaultsByTitle", "/v1/vaults" + filter(name)};
  CO_TRY(std::vector<Vault> found, co_await read<std::vector<Vault>>(std::move(access), std::move(question)));
  co_return meant_by(name, std::move(found), &Vault::name);
}

Task<Result<Vault>> Connect::vault(AccessPtr access, std::string id) {
  Question question{"GetVault", "/v1/vaults/" + percent_encode(id)};
  CO_TRY(Vault vault, co_await read<Vault>(std::move(access), std::move(question)));
  if (vault.id != id) co_return fail(Code::kUnavailable, "GetVault: the server answered something else than the vault");
  co_return std::move(vault);
}

Task<Result<std::vector<Summary>>> Connect::items(AccessPtr access, std::string vault_id) {
  Question question{"GetItems", items_path(vault_id)};
  CO_TRY(std::vector<Summary> found, co_await read<std::vector<Summary>>(std::move(access), std::move(question)));
  if (std::ranges::any_of(found, [](const Summary& one) { return one.id.empty(); })) {
    co_return fail(Code::kUnavailable, "GetItems: the server answered an item without an id");
  }
  co_return std::move(found);
}

Task<Result<std::vector<Summary>>> Connect::items_titled(AccessPtr access, std::string vault_id, std::string title) {
  Question question{"GetItemsByTitle", items_path(vault_id) + filter(title)};
  CO_TRY(std::vector<Summary> found, co_await read<std::vector<Summary>>(std::move(access), std::move(question)));
  co_return meant_by(title, std::move(found), &Summary::title);
}

Task<Result<ItemPtr>> Connect::item(AccessPtr access, std::string vault_id, std::string id) {
  Question question{"GetItem", fmt::format("{}/{}", items_path(vault_id), percent_encode(id)), true};
  CO_TRY(const net::Response response, co_await ask(std::move(access), std::move(question)));
  if (response.status == 404) co_return ItemPtr();
  auto item = json::read<Item>(response.body.reveal());
  if (!item || item->id != id) {
    co_return fail(Code::kUnavailable, fmt::format("GetItem: the server answered something else than the item{}",
                                                   item ? std::string() : ": " + item.error().message));
  }
  item->vault_id = std::move(vault_id);
  co_return std::make_shared<const Item>(*std::move(item));
}

Task<Result<SecretBytes>> Connect::content(AccessPtr access, ItemPtr item, std::size_t index) {
  const ItemFile& file = item->files.at(index);
  if (file.content && !file.content->empty()) co_return *file.content;
  CO_TRY(std::string path, content_path(*item, file));
  Question question{"GetFileContent", std::move(path)};
  CO_TRY(net::Response response, co_await ask(std::move(access), std::move(question)));
  CO_TRY_VOID(check_content(file, response));
  co_return std::move(response.body);
}

}  // namespace rotor::providers::onepassword
