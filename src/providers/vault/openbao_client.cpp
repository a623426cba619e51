#include "providers/vault/openbao_client.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/quote.hpp"
#include "providers/common/found_values.hpp"
#include "providers/common/message.hpp"
#include "providers/common/name_filter.hpp"
#include "providers/common/property.hpp"
#include "providers/vault/answer.hpp"
#include "providers/vault/openbao_config.hpp"
#include "providers/vault/paths.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::string_view kNobody =
    "the store's credentials depend on the namespace of its consumer, and there is none";

constexpr std::chrono::seconds kLongestLook{5};

Error prefixed_for_openbao(Error error) { return of_openbao(std::move(error)).prefixed("cannot read from OpenBao"); }

// `version=3`; nothing for the latest.
Result<std::string> openbao_version_query(const Config& config, const std::string& version) {
  if (version.empty()) return std::string();
  if (config.v1()) return fail(Code::kInvalid, "OpenBao KVv1 secrets do not support versioning (use KVv2)");
  if (version.find_first_not_of("0123456789") != std::string::npos || version.size() > 18) {
    return fail(Code::kInvalid,
                fmt::format("invalid Ref.Version: strconv.Atoi: parsing {}: invalid syntax", go_quote(version)));
  }
  return version_query(config, version);
}

// Of the answer about a mount.
Result<void> check_openbao_mount(const Config& config, const net::Response& response) {
  const auto envelope = read_envelope(response.body);
  const std::string_view mount = envelope ? envelope->data.value_or("{}") : "{}";
  const std::string type = text_member(mount, "type");
  if (type != "kv") {
    return fail(Code::kInvalid, fmt::format("expected mount type \"kv\" found \"{}\"", fit_message(type)));
  }
  const bool second = text_member(member_of(mount, "options").value_or("{}"), "version") == "2";
  if (second != config.v1()) return {};
  return fail(Code::kInvalid,
              fmt::format("expected kv engine version {} found version {}", config.v1() ? 1 : 2, config.v1() ? 2 : 1));
}

// One key of a secret, exactly.
Result<SecretBytes> pick_exact(const SecretBytes& document, const std::string& property) {
  const std::string missing = fmt::format("cannot find secret data for key: \"{}\"", property);
  if (!property.empty() && !member_of(document.reveal(), property)) return fail(Code::kInvalid, missing);
  auto found = property_of(tmpl::LookupRule::kKeyThenRewritten, document, property, missing);
  if (found.absent()) return fail(Code::kInvalid, found.absence().what);
  if (found.failed()) return std::unexpected(found.error());
  return *std::move(found);
}

}  // namespace

OpenBaoClient::OpenBaoClient(std::unique_ptr<Session> session, Config config)
    : session_(std::move(session)), config_(std::move(config)) {}

std::unique_ptr<SecretsClient> OpenBaoClient::again() const {
  return session_ ? std::make_unique<OpenBaoClient>(session_->again(), config_) : nullptr;
}

Task<Result<net::Response>> OpenBaoClient::call(Ask ask) {
  if (!session_) co_return fail(Code::kInvalid, std::string(kNobody));
  Result<net::Response> response = co_await session_->call(std::move(ask));
  if (!response) co_return std::unexpected(prefixed_for_openbao(std::move(response).error()));
  co_return std::move(response);
}

Task<Validation> OpenBaoClient::validate() {
  if (!session_) co_return Validation{.validity = Validity::kUnknown};
  Ask look{.name = "ReadMount", .path = "sys/mounts/" + config_.path, .whole = kLongestLook};
  const Result<net::Response> response = co_await session_->call(std::move(look));
  if (!response) {
    co_return Validation{
        Validity::kError,
        of_openbao(response.error()).prefixed(fmt::format("error while validating \"{}\"", config_.server))};
  }
  if (auto right = check_openbao_mount(config_, *response); !right) {
    co_return Validation{Validity::kError, std::move(right).error()};
  }
  co_return Validation{};
}

// In a mount of another kind there is nothing at these paths, and nothing there means nothing.
Task<Result<void>> OpenBaoClient::confirm(std::string path) {
  if (config_.v1()) co_return Result<void>();
  Ask look{.name = "ReadMount", .path = "sys/internal/ui/mounts/" + std::move(path), .may_be_nothing = true};
  const Result<net::Response> response = co_await call(std::move(look));
  if (response) {
    auto right = check_mount(false, *response);
    if (!right) co_return std::unexpected(of_openbao(std::move(right).error()));
    co_return Result<void>();
  }
  const Code code = response.error().code;
  if (code == Code::kDenied || code == Code::kUnauthenticated) co_return Result<void>();
  co_return std::unexpected(response.error());
}

Task<Lookup<OpenBaoClient::DocumentPtr>> OpenBaoClient::document(std::string key, std::string version) {
  CO_TRY(const std::string name, logical_path("remoteRef.key", key));
  CO_TRY(std::string query, openbao_version_query(config_, version));
  const std::string path = fmt::format("{}/{}{}", config_.path, config_.v1() ? "" : "data/", name);
  const std::string slot = path + "?" + query;
  if (const auto it = documents_.find(slot); it != documents_.end()) co_return it->second;
  Ask read{.name = "ReadSecretData", .path = path, .query = std::move(query), .may_be_nothing = true};
  CO_TRY(const net::Response response, co_await call(std::move(read)));
  Lookup<Document> document = read_document(config_.v1(), response);
  if (document.failed()) co_return std::unexpected(prefixed_for_openbao(document.error()));
  if (document) {
    auto shared = std::make_shared<const Document>(*std::move(document));
    documents_.insert_or_assign(slot, shared);
    co_return DocumentPtr(std::move(shared));
  }
  if (read_envelope(response.body)->says_nothing()) CO_TRY_VOID(co_await confirm(path));
  const std::string which = version.empty() ? "" : fmt::format("for version {} ", version);
  co_return Absent{fmt::format("secret not found: {}at {}", which, path)};
}

Task<Lookup<SecretBytes>> OpenBaoClient::get_secret(RemoteRef ref) {
  if (ref.fetches_metadata()) {
    co_return fail(Code::kInvalid, "remoteRef.metadataPolicy Fetch: the OpenBao provider reads no metadata");
  }
  CO_LOOKUP(const DocumentPtr found, co_await document(ref.key, ref.version));
  co_return Lookup<SecretBytes>(pick_exact(found->text, ref.property)).of_version(found->version);
}

Task<Lookup<SecretMap>> OpenBaoClient::get_secret_map(RemoteRef ref) {
  co_return extracted(co_await get_secret(ref), ref, "", members_of);
}

Task<Result<std::vector<std::string>>> OpenBaoClient::names(std::string folder) {
  std::string path = config_.path + (config_.v1() ? "" : "/metadata");
  if (!folder.empty()) path += "/" + folder;
  Ask list{.name = "ListSecrets", .path = path, .query = "list=true", .may_be_nothing = true};
  CO_TRY(const net::Response response, co_await call(std::move(list)));
  Lookup<std::vector<std::string>> listed = read_names(response);
  if (listed.failed()) co_return std::unexpected(prefixed_for_openbao(listed.error()));
  std::vector<std::string> found;  // where there is nothing, nothing is found: it is no absence here
  if (listed) found = *std::move(listed);
  std::erase_if(found, [](const std::string& name) { return name.ends_with('/') || name == "." || name == ".."; });
  if (found.empty()) CO_TRY_VOID(co_await confirm(std::move(path)));
  co_return std::move(found);
}

Task<Lookup<SecretMap>> OpenBaoClient::get_all(FindRequest find) {
  if (find.tags) co_return fail(Code::kInvalid, "tag based search is not implemented");
  CO_TRY(const NameFilter filter, NameFilter::make(find.name_regexp));
  CO_TRY(const std::string folder, logical_path("find.path", find.path.value_or(""), Empty::kAllowed));
  CO_TRY(const std::vector<std::string> all, co_await names(folder));
  FoundValues found;
  for (const std::string& name : all) {
    if (!filter.wants(name)) continue;
    const Lookup<DocumentPtr> got = co_await document(folder.empty() ? name : folder + "/" + name, "");
    if (got.absent()) continue;  // deleted, and still listed
    if (got.failed()) co_return std::unexpected(got.error());
    CO_TRY(SecretBytes value, pick_exact((*got)->text, ""));
    CO_TRY_VOID(found.put(name, std::move(value)));
  }
  co_return std::move(found).take();
}

}  // namespace rotor::providers::vault
