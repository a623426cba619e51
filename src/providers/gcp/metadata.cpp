#include "providers/gcp/metadata.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/trim.hpp"
#include "providers/gcp/errors.hpp"

namespace rotor::providers::gcp {
namespace {

using std::chrono::seconds;

constexpr std::string_view kFlavor = "Metadata-Flavor";
constexpr std::string_view kGoogle = "Google";

bool is_google(const net::Response& response) {
  const std::string* flavor = net::find_header(response.headers, kFlavor);
  return flavor != nullptr && *flavor == kGoogle;
}

}  // namespace

Task<Result<net::Response>> Metadata::get(std::string name, std::string path) {
  std::string host = environment_("GCE_METADATA_HOST").value_or("");
  if (host.empty()) host = "169.254.169.254";
  const std::string url = fmt::format("http://{}/computeMetadata/v1/{}", host, path);
  Call call{.name = name,
            .provider = std::string(kCounter),
            .reach = net::Reach::kAnywhere,
            .max_body = 64U << 10,
            .attempt = seconds(5),
            .whole = seconds(10)};
  call.make = [&url]() -> Result<net::Request> {
    return net::Request{.url = url, .headers = {{std::string(kFlavor), std::string(kGoogle)}}};
  };
  call.judge = [&name](const net::Response& response) {
    if (response.status == 200) return Judgement::take();
    return Judgement::fail(error_by_status(name, response.status));
  };
  auto response = co_await caller_.call(std::move(call));
  if (!response) co_return std::unexpected(std::move(response).error().prefixed("metadata server"));
  co_return std::move(response);
}

Task<Result<Metadata::Text>> Metadata::fetch_text(std::string path) {
  CO_TRY(const net::Response response, co_await get("GetMetadata", path));
  if (!is_google(response)) {
    co_return fail(Code::kUnavailable, "metadata server: something else answered in its place");
  }
  std::string_view text = response.body.reveal();
  if (text.ends_with('\n')) text.remove_suffix(1);
  const bool plain = !text.empty() && text.size() < 256 &&
                     std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  if (!plain) co_return fail(Code::kUnavailable, fmt::format("metadata server: {} is not one word", path));
  co_return Text{std::string(text)};
}

Task<Result<std::string>> Metadata::text(std::string path) {
  CO_TRY(const auto kept, co_await kept_.get(path, [this, &path] { return fetch_text(path); }));
  co_return kept->value;
}

Task<Result<AccessToken>> Metadata::token() {
  const std::string name = "GetMetadataToken";
  CO_TRY(const net::Response response,
         co_await get(name, "instance/service-accounts/default/token?scopes=" + percent_encode(kScope)));
  co_return read_token(name, response.body, caller_.clock().now());
}

Task<Result<SecretBytes>> Metadata::identity_token(std::string audience) {
  const std::string path =
      fmt::format("instance/service-accounts/default/identity?audience={}&format=full", percent_encode(audience));
  CO_TRY(const net::Response response, co_await get("GetMetadataIdentity", path));
  const std::string_view token = trimmed(response.body.reveal(), "\r\n");
  if (!is_google(response) || std::ranges::count(token, '.') != 2) {
    co_return fail(Code::kUnavailable, "metadata server: what it answered is no identity token");
  }
  co_return SecretBytes(token);
}

}  // namespace rotor::providers::gcp
