#include "providers/aws/secrets_manager_wire.hpp"

#include "base/encoding.hpp"
#include "providers/aws/errors.hpp"

namespace rotor::providers::aws {
namespace {

constexpr std::string_view kIdPrefix = "uuid/";

void write_filters(json::Writer& writer, const Filters& filters) {
  if (filters.empty()) return;
  writer.key("Filters");
  writer.begin_array();
  for (const auto& [key, value] : filters) {
    writer.begin_object();
    write_member(writer, "Key", key);
    write_list(writer, "Values", value);
    writer.end_object();
  }
  writer.end_array();
}

// True when the member was one of a value.
bool read_value_member(json::Reader& reader, std::string_view name, Value& value) {
  if (name == "SecretString") {
    value.text = reader.read_secret();
    return true;
  }
  if (name == "VersionId" && reader.peek() == json::Kind::kString) {
    value.version = reader.read_string();
    return true;
  }
  if (name != "SecretBinary") return false;
  const SecretBytes encoded = reader.read_secret();
  Result<SecretBytes> decoded = base64_decode_secret(encoded.reveal());
  if (decoded) {
    value.binary = *std::move(decoded);
  } else {
    reader.fail("SecretBinary is not base64");
  }
  return true;
}

// `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-RANDOM`, six characters of it random. Anything else is a name.
std::string name_of(std::string id) {
  constexpr std::string_view kMark = ":secret:";
  constexpr std::size_t kRandom = 7;
  const std::size_t at = id.find(kMark);
  if (!id.starts_with("arn:") || at == std::string::npos || id.size() < at + kMark.size() + kRandom) return id;
  return id.substr(at + kMark.size(), id.size() - at - kMark.size() - kRandom);
}

void read_refusal(json::Reader& reader, ValuePage& page) {
  std::string id;
  std::string code;
  std::string message;
  read_members(reader, [&](std::string_view name) {
    if (name == "SecretId") return id = reader.read_string(), true;
    if (name == "ErrorCode") return code = reader.read_string(), true;
    if (name == "Message") return message = reader.read_string(), true;
    return false;
  });
  const bool gone = item_error(Service::kSecretsManager, code, message).error_class == ErrorClass::kNotFound;
  (gone ? page.gone : page.unread).push_back(name_of(std::move(id)));
}

}  // namespace

SecretBytes secret_value_request(std::string_view id, std::string_view version) {
  return write_object([&](json::Writer& writer) {
    write_member(writer, "SecretId", id);
    if (version.starts_with(kIdPrefix)) {
      write_member(writer, "VersionId", version.substr(kIdPrefix.size()));
    } else {
      write_member(writer, "VersionStage", version.empty() ? kCurrentStage : version);
    }
  });
}

Result<Value> read_secret_value(const SecretBytes& answer) {
  json::Reader reader(answer.reveal());
  Value value;
  read_members(reader, [&](std::string_view name) { return read_value_member(reader, name, value); });
  TRY_VOID(finish_answer(reader, "GetSecretValue", true, ""));
  return value;
}

SecretBytes describe_secret_request(std::string_view id) {
  return write_object([&](json::Writer& writer) { write_member(writer, "SecretId", id); });
}

Lookup<TagMap> read_secret_tags(const SecretBytes& answer) {
  json::Reader reader(answer.reveal());
  TagMap tags;
  bool described = false;
  bool deleted = false;
  read_members(reader, [&](std::string_view name) {
    described = described || name == "ARN" || name == "Name";
    deleted = deleted || name == "DeletedDate";
    if (name == "Tags") return tags = read_tags(reader), true;
    return false;
  });
  TRY_VOID(finish_answer(reader, "DescribeSecret", described, "ARN"));
  if (deleted) return Absent{"the secret is scheduled for deletion"};
  return tags;
}

SecretBytes list_secrets_request(const Filters& filters, std::string_view next_token) {
  return write_object([&](json::Writer& writer) {
    write_number(writer, "MaxResults", kSecretsPerPage);
    write_filters(writer, filters);
    write_next_token(writer, next_token);
  });
}

Result<SecretPage> read_secret_page(const SecretBytes& answer) {
  json::Reader reader(answer.reveal());
  SecretPage page;
  bool listed = false;
  const auto read_secret = [&] {
    ListedSecret& secret = page.secrets.emplace_back();
    read_members(reader, [&](std::string_view name) {
      if (name == "Name") return secret.name = reader.read_string(), true;
      if (name == "Tags") return secret.tags = read_tags(reader), true;
      return false;
    });
  };
  read_members(reader, [&](std::string_view name) {
    if (name == "NextToken") return page.next_token = reader.read_string(), true;
    if (name != "SecretList") return false;
    listed = true;
    read_elements(reader, read_secret);
    return true;
  });
  TRY_VOID(finish_answer(reader, "ListSecrets", listed || !page.next_token.empty(), "SecretList"));
  return page;
}

SecretBytes batch_request(const Filters& filters, std::string_view next_token) {
  return write_object([&](json::Writer& writer) {
    write_number(writer, "MaxResults", static_cast<int>(kSecretsPerBatch));
    write_filters(writer, filters);
    write_next_token(writer, next_token);
  });
}

SecretBytes batch_request(std::span<const std::string> names) {
  return write_object([&](json::Writer& writer) {
    writer.key("SecretIdList");
    writer.begin_array();
    for (const std::string& name : names) writer.string(name);
    writer.end_array();
  });
}

Result<ValuePage> read_value_page(const SecretBytes& answer) {
  json::Reader reader(answer.reveal());
  ValuePage page;
  bool answered = false;
  const auto read_value = [&] {
    NamedValue& secret = page.values.emplace_back();
    read_members(reader, [&](std::string_view name) {
      if (name == "Name") return secret.name = reader.read_string(), true;
      if (name == "ARN") return secret.arn = reader.read_string(), true;
      return read_value_member(reader, name, secret.value);
    });
  };
  read_members(reader, [&](std::string_view name) {
    if (name == "NextToken") return page.next_token = reader.read_string(), true;
    if (name != "SecretValues" && name != "Errors") return false;
    answered = true;
    if (name == "SecretValues") return read_elements(reader, read_value), true;
    return read_elements(reader, [&] { read_refusal(reader, page); }), true;
  });
  TRY_VOID(finish_answer(reader, "BatchGetSecretValue", answered || !page.next_token.empty(), "SecretValues"));
  return page;
}

}  // namespace rotor::providers::aws
