#include "generators/vault_answer.hpp"

#include <array>
#include <span>
#include <string>

#include <fmt/format.h>

#include "generators/answer_values.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/vault/answer.hpp"

namespace rotor::generators {
namespace {

namespace vault = providers::vault;
using api::gen::VaultDynamicSecretSpec;

// What a part of the answer always has, and what stands there when the server left it out.
struct Member {
  std::string_view name;
  std::string_view otherwise;
};
constexpr auto kAuth = std::to_array<Member>({{"client_token", R"("")"},
                                              {"accessor", R"("")"},
                                              {"policies", "null"},
                                              {"token_policies", "null"},
                                              {"identity_policies", "null"},
                                              {"metadata", "null"},
                                              {"orphan", "false"},
                                              {"entity_id", R"("")"},
                                              {"lease_duration", "0"},
                                              {"renewable", "false"},
                                              {"mfa_requirement", "null"}});
constexpr auto kRaw = std::to_array<Member>({{"request_id", R"("")"},
                                             {"lease_id", R"("")"},
                                             {"lease_duration", "0"},
                                             {"renewable", "false"},
                                             {"data", "null"},
                                             {"warnings", "null"},
                                             {"mount_type", R"("")"},
                                             {"auth", ""},
                                             {"wrap_info", ""}});

Result<SecretMap> members(std::string_view object, std::span<const Member> wanted) {
  SecretBytes out;
  json::Writer writer(out);
  writer.begin_object();
  for (const Member& member : wanted) {
    const auto raw = vault::member_of(object, member.name);
    const bool there = raw && *raw != "null";
    if (!there && member.otherwise.empty()) continue;  // only where there is one
    writer.key(member.name);
    writer.raw(there ? *raw : member.otherwise);
  }
  writer.end_object();
  return answer_values(out.reveal(), Numbers::kAsWritten);
}

Result<SecretMap> part_of(const VaultDynamicSecretSpec& spec, std::string_view body, const vault::Envelope& envelope) {
  if (spec.result_type == "Raw") return members(body, kRaw);
  if (spec.result_type == "Auth") return envelope.auth ? members(*envelope.auth, kAuth) : SecretMap{};
  return envelope.data ? answer_values(*envelope.data, Numbers::kAsWritten) : SecretMap{};
}

bool only_space(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

Result<std::optional<SecretMap>> dynamic_values(const VaultDynamicSecretSpec& spec, const net::Response& response) {
  const std::string_view body = response.body.reveal();
  if (response.status == 204 || only_space(body)) return std::nullopt;
  const auto envelope = vault::read_envelope(response.body);
  if (!envelope) {
    return fail(Code::kInvalid,
                fmt::format("Raw Message: {} bytes that are no JSON object; choose a path of Vault that answers JSON, "
                            "such as pki/cert/ca instead of pki/ca/pem",
                            body.size()));
  }
  if (response.status == 404 && !envelope->data && envelope->warnings.empty()) return std::nullopt;
  TRY(SecretMap values, part_of(spec, body, *envelope));
  return values;
}

}  // namespace rotor::generators
