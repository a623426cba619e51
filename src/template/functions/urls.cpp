// URLs as Go's net/url reads and writes them. https://pkg.go.dev/net/url
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "template/functions/helpers.hpp"

namespace rotor::tmpl {

namespace {

enum class Part : std::uint8_t { kPath, kHost, kUser, kFragment };

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool among(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

bool stays(char c, Part part) {
  if (is_alpha(c) || is_digit(c) || among(c, "-_.~")) return true;
  switch (part) {
    case Part::kHost:
      return among(c, "!$&'()*+,;=:[]<>\"");
    case Part::kPath:
      return among(c, "$&+,/:;=@");
    case Part::kUser:
      return among(c, "$&+,;=");
    case Part::kFragment:
      return among(c, "$&+,/:;=?@!()*");
  }
  return false;
}

std::string escape(std::string_view s, Part part) {
  std::string out;
  for (const char c : s) {
    if (stays(c, part))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::unexpected<Error> refuse(std::string_view why) { return bad(fmt::format("unable to parse url: {}", why)); }

Result<std::string> unescape(std::string_view s, Part part) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (c != '%') {
      if (part == Part::kHost && static_cast<unsigned char>(c) < 0x80 && !stays(c, part))
        return refuse("invalid character in host name");
      out += c;
      continue;
    }
    const int high = i + 2 < s.size() ? hex_digit(s[i + 1]) : -1;
    const int low = i + 2 < s.size() ? hex_digit(s[i + 2]) : -1;
    if (high < 0 || low < 0) return refuse("invalid URL escape");
    if (part == Part::kHost && high < 8 && s.substr(i, 3) != "%25") return refuse("invalid URL escape");
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

struct User {
  std::string name;
  std::optional<std::string> password;
  std::string print() const {
    std::string out = escape(name, Part::kUser);
    if (password) out += ":" + escape(*password, Part::kUser);
    return out;
  }
};

struct Url {
  std::string scheme, opaque, host, path, query, fragment;
  bool force_query = false;
  std::optional<User> user;
};

bool is_port(std::string_view s) {
  if (s.empty()) return true;
  return s[0] == ':' && std::all_of(s.begin() + 1, s.end(), is_digit);
}

Result<std::string> parse_host(std::string_view s) {
  if (s.starts_with('[')) {
    const auto close = s.rfind(']');
    if (close == std::string_view::npos) return refuse("missing ']' in host");
    if (!is_port(s.substr(close + 1))) return refuse("invalid port after host");
  } else if (const auto colon = s.rfind(':'); colon != std::string_view::npos) {
    if (!is_port(s.substr(colon)) || s.find(':') != colon) return refuse("invalid port after host");
  }
  return unescape(s, Part::kHost);
}

Result<void> parse_authority(std::string_view s, Url& url) {
  const auto at = s.rfind('@');
  TRY(url.host, parse_host(at == std::string_view::npos ? s : s.substr(at + 1)));
  if (at == std::string_view::npos) return {};
  const std::string_view info = s.substr(0, at);
  const bool valid =
      std::ranges::all_of(info, [](char c) { return is_alpha(c) || is_digit(c) || among(c, "-._:~!$&'()*+,;=%@"); });
  if (!valid) return refuse("invalid userinfo");
  User user;
  const auto colon = info.find(':');
  TRY(user.name, unescape(info.substr(0, colon), Part::kUser));
  if (colon != std::string_view::npos) {
    TRY(user.password, unescape(info.substr(colon + 1), Part::kUser));
  }
  url.user = std::move(user);
  return {};
}

// Takes the scheme off; "" when there is none.
Result<std::string> take_scheme(std::string_view& s) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (is_alpha(c)) continue;
    if (is_digit(c) || among(c, "+-.")) {
      if (i == 0) return std::string();
      continue;
    }
    if (c != ':') return std::string();
    if (i == 0) return refuse("missing protocol scheme");
    std::string scheme(s.substr(0, i));
    std::ranges::transform(scheme, scheme.begin(),
                           [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x; });
    s.remove_prefix(i + 1);
    return scheme;
  }
  return std::string();
}

Result<Url> parse_url(std::string_view s) {
  Url url;
  if (const auto hash = s.find('#'); hash != std::string_view::npos) {
    TRY(url.fragment, unescape(s.substr(hash + 1), Part::kFragment));
    s = s.substr(0, hash);
  }
  if (std::ranges::any_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return refuse("invalid control character in URL");
  }
  if (s == "*") {
    url.path = "*";
    return url;
  }
  TRY(url.scheme, take_scheme(s));
  const auto question = s.find('?');
  if (question != std::string_view::npos) {
    url.query = s.substr(question + 1);
    url.force_query = url.query.empty();
    s = s.substr(0, question);
  }
  if (!s.starts_with('/')) {
    if (!url.scheme.empty()) {
      url.opaque = s;
      return url;
    }
    if (s.substr(0, s.find('/')).find(':') != std::string_view::npos)
      return refuse("first path segment in URL cannot contain colon");
  }
  if ((!url.scheme.empty() || !s.starts_with("///")) && s.starts_with("//")) {
    s.remove_prefix(2);
    const auto slash = std::min(s.find('/'), s.size());
    TRY_VOID(parse_authority(s.substr(0, slash), url));
    s.remove_prefix(slash);
  }
  TRY(url.path, unescape(s, Part::kPath));
  return url;
}

std::string hostname(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && is_port(host.substr(colon))) host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

std::string print(const Url& u) {
  std::string out;
  if (!u.scheme.empty()) out += u.scheme + ":";
  if (!u.opaque.empty()) {
    out += u.opaque;
  } else {
    if (!u.scheme.empty() || !u.host.empty() || u.user) {
      if (!u.host.empty() || !u.path.empty() || u.user) out += "//";
      if (u.user) out += u.user->print() + "@";
      out += escape(u.host, Part::kHost);
    }
    const std::string path = u.path == "*" ? "*" : escape(u.path, Part::kPath);
    if (!path.empty() && path[0] != '/' && !u.host.empty()) out += '/';
    if (out.empty() && path.substr(0, path.find('/')).find(':') != std::string::npos) out += "./";
    out += path;
  }
  if (u.force_query || !u.query.empty()) out += "?" + u.query;
  if (!u.fragment.empty()) out += "#" + escape(u.fragment, Part::kFragment);
  return out;
}

Returned url_parse(Context&, Args a) {
  TRY(const Url u, parse_url(str(a, 0)));
  Map out;
  out.emplace("scheme", Value::text(u.scheme));
  out.emplace("host", Value::text(u.host));
  out.emplace("hostname", Value::text(hostname(u.host)));
  out.emplace("path", Value::text(u.path));
  out.emplace("query", Value::text(u.query));
  out.emplace("opaque", Value::text(u.opaque));
  out.emplace("fragment", Value::text(u.fragment));
  out.emplace("userinfo", Value::text(u.user ? u.user->print() : ""));
  return Value::map(std::move(out));
}

Returned url_join(Context&, Args a) {
  Url u;
  std::string info;
  struct Key {
    const char* name;
    std::string* into;
  };
  const Key keys[] = {{"scheme", &u.scheme}, {"host", &u.host},         {"path", &u.path},  {"query", &u.query},
                      {"opaque", &u.opaque}, {"fragment", &u.fragment}, {"userinfo", &info}};
  if (a[0].is_nil_container()) return text("");
  for (const Key& key : keys) {
    const auto found = a[0].members().find(key.name);
    if (found == a[0].members().end()) continue;
    if (!found->second.is_text()) {
      return bad(fmt::format("unable to parse {} key, must be of type string, but {} found", key.name,
                             type_name(found->second.type())));
    }
    *key.into = found->second.text();
  }
  if (!info.empty()) {
    TRY(const Url with_user, parse_url("proto://" + info + "@host"));
    u.user = with_user.user;
  }
  return text(print(u));
}

constexpr Function kUrlsTable[] = {
    {"urlParse", "s", url_parse},
    {"urlJoin", "m", url_join},
};

}  // namespace

Table url_functions() { return kUrlsTable; }

}  // namespace rotor::tmpl
