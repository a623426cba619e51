#include "generators/webhook_request.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/duration.hpp"
#include "providers/common/endpoint.hpp"
#include "template/language/template.hpp"

namespace rotor::generators {
namespace {

using api::gen::WebhookSpec;
using std::chrono::milliseconds;

constexpr milliseconds kLongest = std::chrono::minutes(1);
constexpr std::size_t kShortestSecret = 4;  // bytes; a shorter value would spoil any text that it is taken out of
constexpr std::array<std::string_view, 4> kOurHeaders{"connection", "content-length", "host", "transfer-encoding"};

bool is_token(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.contains(c);
  });
}

Result<void> check_header_name(const std::string& name) {
  if (!is_token(name)) {
    return fail(Code::kInvalid, fmt::format("spec.headers: \"{}\" cannot be the name of a header", name));
  }
  if (std::ranges::find(kOurHeaders, ascii_lower(name)) == kOurHeaders.end()) return {};
  return fail(Code::kInvalid, fmt::format("spec.headers: {} is set by the client itself; leave it out", name));
}

Result<void> check_selector(std::string_view field, const api::es::SecretKeySelector& ref) {
  if (!ref.name.empty() && !ref.key.empty()) return {};
  return fail(Code::kInvalid, fmt::format("{} needs the name of a Secret and one of its keys", field));
}

tmpl::Value template_data(const WebhookData& data) {
  tmpl::Map names;
  for (const auto& [name, values] : data) {
    tmpl::Map keys;
    for (const auto& [key, value] : values) keys.emplace(key, tmpl::Value::text(std::string(value.reveal())));
    names.emplace(name, tmpl::Value::map(std::move(keys)));
  }
  return tmpl::Value::map(std::move(names));
}

class Renderer {
 public:
  Renderer(const WebhookData& data, WallTime now)
      : data_(template_data(data)), environment_(tmpl::system_environment()) {
    environment_.now = now;
  }

  Result<std::string> text(std::string_view name, std::string_view source, const std::string& context) {
    const auto parsed = tmpl::Template::parse(name, source);
    if (!parsed) return std::unexpected(Error(parsed.error()).prefixed(context));
    auto rendered =
        parsed->render(data_, environment_, {.missing_key_is_error = false, .limits = {}, .spent = &spent_});
    if (!rendered) return std::unexpected(Error(rendered.error()).prefixed(context));
    return *std::move(rendered);
  }

 private:
  tmpl::Value data_;
  tmpl::Environment environment_;
  tmpl::Spent spent_;
};

// An address is shown only where no template has made it.
Result<void> check_url(const WebhookSpec& spec, std::string_view url, providers::PlainHttp plain) {
  const bool sendable = std::ranges::all_of(url, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  if (sendable) {
    const auto checked = providers::check_endpoint("spec.url", url, plain);
    if (checked) return {};
    if (!spec.url.contains("{{")) return std::unexpected(checked.error());
  }
  return fail(Code::kInvalid,
              "spec.url: what its template gives cannot be called: it must be https, or http to loopback or to a "
              "Service of the cluster (NAME.NAMESPACE.svc; elsewhere with --allow-plain-http-endpoints), without user "
              "name, password, fragment and white space, "
              "and no address of the node; encode values with urlquery");
}

Result<net::Header> header(const std::string& name, std::string value) {
  if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos)
    return net::Header{name, std::move(value)};
  return fail(Code::kInvalid, fmt::format("spec.headers: the value of {} holds a line break or a zero byte; trim it in "
                                          "the template: {{{{ .name.key | trim }}}}",
                                          name));
}

Result<WebhookCall> rendered(const WebhookSpec& spec, const WebhookData& data, WallTime now,
                             providers::PlainHttp plain) {
  Renderer render(data, now);
  WebhookCall call;
  call.request.method = spec.method.empty() ? "GET" : spec.method;
  TRY(call.request.url, render.text("url", spec.url, "failed to parse url"));
  TRY_VOID(check_url(spec, call.request.url, plain));
  for (const auto& [name, value] : spec.headers) {
    TRY(std::string text, render.text(name, value, fmt::format("failed to parse header {}", name)));
    TRY(net::Header one, header(name, std::move(text)));
    call.request.headers.push_back(std::move(one));
  }
  TRY(std::string body, render.text("body", spec.body, "failed to parse body"));
  call.request.body = SecretBytes(body);
  wipe(body.data(), body.size());
  TRY(call.json_path, render.text("jsonPath", spec.result.json_path, "cannot get templated json path"));
  return call;
}

}  // namespace

Result<void> check_webhook(const WebhookSpec& spec) {
  if (spec.url.empty()) return fail(Code::kInvalid, "spec.url is empty");
  if (spec.auth && spec.auth->ntlm) {
    TRY_VOID(check_selector("spec.auth.ntlm.usernameSecret", spec.auth->ntlm->username));
    TRY_VOID(check_selector("spec.auth.ntlm.passwordSecret", spec.auth->ntlm->password));
  }
  if (!spec.method.empty() && !is_token(spec.method)) {
    return fail(Code::kInvalid, "spec.method is no HTTP method; write one such as GET or POST");
  }
  for (const auto& [name, value] : spec.headers) TRY_VOID(check_header_name(name));
  for (const auto& secret : spec.secrets) {
    if (secret.secret_ref.name.empty()) {
      return fail(Code::kInvalid, fmt::format("spec.secrets: {} has no secretRef.name", secret.name));
    }
  }
  TRY_VOID(webhook_timeout(spec));
  return {};
}

Result<milliseconds> webhook_timeout(const WebhookSpec& spec) {
  if (!spec.timeout || spec.timeout->empty()) return kLongest;
  const auto parsed = parse_duration(*spec.timeout);
  if (!parsed) {
    return fail(Code::kInvalid, fmt::format("spec.timeout \"{}\": {}; write a duration such as 10s", *spec.timeout,
                                            parsed.error().message));
  }
  if (*parsed <= Duration::zero()) return kLongest;
  return std::min(kLongest, std::chrono::ceil<milliseconds>(*parsed));
}

// A template may say what it likes of a Secret when it fails.
Result<WebhookCall> render_webhook(const WebhookSpec& spec, const WebhookData& data, WallTime now,
                                   providers::PlainHttp plain) {
  auto call = rendered(spec, data, now, plain);
  if (!call) return std::unexpected(without_secrets(std::move(call).error(), data));
  return call;
}

Error without_secrets(Error error, const WebhookData& data) {
  for (const auto& [name, values] : data) {
    for (const auto& [key, value] : values) {
      if (value.size() < kShortestSecret) continue;
      const std::string_view text = value.reveal();
      for (auto at = error.message.find(text); at != std::string::npos; at = error.message.find(text, at)) {
        error.message.replace(at, text.size(), "(withheld)");
        at += std::string_view("(withheld)").size();
      }
    }
  }
  return error;
}

}  // namespace rotor::generators
