#include "generators/answer_values.hpp"

#include <fmt/format.h>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "template/go/number.hpp"

namespace rotor::generators {
namespace {

SecretBytes number_text(std::string_view written, Numbers numbers) {
  if (numbers == Numbers::kAsWritten || written.find_first_of(".eE") == std::string_view::npos) {
    return SecretBytes(written);
  }
  const auto value = tmpl::parse_float(written).value;
  return value ? SecretBytes(tmpl::format_float(*value, 'f', -1)) : SecretBytes(written);
}

Result<SecretBytes> value_of(std::string_view raw, Numbers numbers) {
  json::Reader reader(raw);
  switch (reader.peek()) {
    case json::Kind::kString:
      return reader.read_secret();
    case json::Kind::kNull:
      return SecretBytes();
    case json::Kind::kNumber:
      return number_text(raw, numbers);
    case json::Kind::kArray:
    case json::Kind::kObject:
      return json::compact_sorted_secret(raw, json::Escape::kHtml);
    default:
      return SecretBytes(raw);
  }
}

}  // namespace

Result<SecretMap> answer_values(std::string_view object, Numbers numbers) {
  json::Reader reader(object);
  if (const auto kind = reader.peek(); kind != json::Kind::kObject) {
    return fail(Code::kInvalid, fmt::format("expected a JSON object, found {}", json::to_string(kind)));
  }
  SecretMap out;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    TRY(SecretBytes value, value_of(reader.read_raw(), numbers));
    out.insert_or_assign(key, std::move(value));
  }
  TRY_VOID(reader.finish());
  return out;
}

}  // namespace rotor::generators
