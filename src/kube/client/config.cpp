#include "kube/client/config.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "json/yaml.hpp"

namespace rotor::kube {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMount = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::size_t kMaxFile = 8U << 20;

Result<SecretBytes> read_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return fail(Code::kInvalid, fmt::format("{:?} is a directory", path));
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::kInvalid, fmt::format("{:?} cannot be read: {}", path, std::strerror(errno)));
  SecretBytes text;
  std::array<char, 8192> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    text.append({block.data(), static_cast<std::size_t>(in.gcount())});
    if (text.size() > kMaxFile) return fail(Code::kInvalid, fmt::format("{:?} is too long", path));
  }
  wipe(block.data(), block.size());
  return text;
}

// A kubeconfig file after YAML; messages and relative paths need to know where it came from.
struct File {
  json::YamlNode root;
  std::string path;
};

const json::YamlNode* member(const json::YamlNode& node, std::string_view name) {
  for (const auto& [key, value] : node.members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string text_of(const json::YamlNode& node, std::string_view name) {
  const json::YamlNode* found = member(node, name);
  if (found == nullptr || found->kind != json::YamlNode::Kind::kScalar) return {};
  const std::string_view text = found->scalar.reveal();
  if (!found->quoted && (text == "null" || text == "~")) return {};
  return std::string(text);
}

// One named entry of `clusters`, `users` or `contexts`, with helpers that name it in errors.
class Entry {
 public:
  Entry(const json::YamlNode& body, const File& file, std::string where)
      : body_(body), file_(file), where_(std::move(where)) {}

  const std::string& file() const { return file_.path; }
  std::string text(std::string_view name) const { return text_of(body_, name); }
  std::string text(std::string_view part, std::string_view name) const {
    const json::YamlNode* found = member(body_, part);
    return found == nullptr ? std::string() : text_of(*found, name);
  }
  bool has(std::string_view name) const {
    const json::YamlNode* found = member(body_, name);
    return found != nullptr && !(found->kind == json::YamlNode::Kind::kScalar && text_of(body_, name).empty());
  }
  SecretBytes secret(std::string_view name) const {
    const json::YamlNode* found = member(body_, name);
    return found == nullptr ? SecretBytes() : found->scalar;
  }
  std::unexpected<Error> bad(std::string_view message) const {
    return fail(Code::kInvalid, fmt::format("{}: {}: {}", file_.path, where_, message));
  }
  // `name` holds a path relative to the file.
  std::string path(std::string_view name) const {
    const std::string given = text(name);
    if (given.empty()) return given;
    return (fs::path(file_.path).parent_path() / given).string();  // an absolute one replaces the folder
  }
  // PEM from `NAME-data` (base64), else from the file `NAME`; empty when neither is given.
  Result<SecretBytes> pem(const std::string& name) const {
    const std::string inline_name = name + "-data";
    if (has(inline_name)) {
      auto decoded = base64_decode_secret(secret(inline_name).reveal());
      if (!decoded) return bad(fmt::format("{} is not base64", inline_name));
      return decoded;
    }
    if (!has(name)) return SecretBytes();
    auto content = read_file(path(name));
    if (!content) return bad(fmt::format("{}: {}", name, content.error().message));
    return content;
  }

 private:
  const json::YamlNode& body_;
  const File& file_;
  std::string where_;
};

Result<Entry> find_entry(const std::vector<File>& files, const std::string& list, const std::string& inner,
                         const std::string& name) {
  for (const File& file : files) {
    const json::YamlNode* entries = member(file.root, list);
    if (entries == nullptr) continue;
    for (const json::YamlNode& entry : entries->items) {
      if (text_of(entry, "name") != name) continue;
      const std::string where = fmt::format("{} {:?}", inner, name);
      const json::YamlNode* body = member(entry, inner);
      if (body != nullptr) return Entry(*body, file, where);
      return fail(Code::kInvalid, fmt::format("{}: {} has no {:?} part", file.path, where, inner));
    }
  }
  return fail(Code::kInvalid, fmt::format("{}: there is no {} named {:?}", files.front().path, inner, name));
}

// Whose kubeconfig it is: a person may choose not to check the server of his own, what came with a manifest may not.
enum class Owner : std::uint8_t { kPerson, kOther };

Result<void> read_cluster(const Entry& cluster, Owner owner, ConnectionConfig& out) {
  out.server = cluster.text("server");
  while (out.server.ends_with('/')) out.server.pop_back();
  if (!out.server.starts_with("https://") && !out.server.starts_with("http://")) {
    return cluster.bad("server must be a URL that begins with https://");
  }
  TRY(const SecretBytes ca, cluster.pem("certificate-authority"));
  out.tls.ca_pem = ca.reveal();
  if (cluster.text("insecure-skip-tls-verify") == "true") {
    if (owner == Owner::kOther) {
      return cluster.bad(
          "insecure-skip-tls-verify is honoured in a kubeconfig of your own only: give the server's CA in "
          "certificate-authority-data");
    }
    if (!out.tls.ca_pem.empty()) {
      return cluster.bad("insecure-skip-tls-verify and certificate-authority exclude each other: remove one");
    }
    out.tls.check_server = false;
    log::warn("the API server's certificate is not checked: insecure-skip-tls-verify is set",
              {{"kubeconfig", cluster.file()}});
  }
  out.tls.server_name = cluster.text("tls-server-name");
  out.proxy_url = cluster.text("proxy-url");
  return {};
}

Result<void> read_user(const Entry& user, ConnectionConfig& out) {
  constexpr std::string_view kInstead =
      "give a token, tokenFile or client certificate instead; for a service account: kubectl create token NAME";
  if (user.has("exec")) {
    return user.bad(fmt::format("exec plug-in {:?} is not run by rotor; {}", user.text("exec", "command"), kInstead));
  }
  if (user.has("auth-provider")) return user.bad(fmt::format("auth-provider is not supported; {}", kInstead));
  if (user.has("username")) return user.bad(fmt::format("Kubernetes has no passwords any more; {}", kInstead));
  if (user.has("as") || user.has("as-uid") || user.has("as-groups")) {
    return user.bad("impersonation (as, as-groups) is not supported: use the identity's own credentials");
  }
  out.token = user.secret("token");
  out.token_file = user.path("tokenFile");
  TRY(const SecretBytes certificate, user.pem("client-certificate"));
  TRY(out.tls.key_pem, user.pem("client-key"));
  out.tls.certificate_pem = certificate.reveal();
  if (out.tls.certificate_pem.empty() != out.tls.key_pem.empty()) {
    return user.bad("client-certificate and client-key must be given together");
  }
  return {};
}

Result<ConnectionConfig> resolve(const std::vector<File>& files, Owner owner, std::string_view context_name) {
  std::string name(context_name);
  for (const File& file : files) {
    if (name.empty()) name = text_of(file.root, "current-context");
  }
  if (name.empty()) {
    return fail(Code::kInvalid,
                fmt::format("{}: current-context is not set: kubectl config use-context NAME", files.front().path));
  }
  TRY(const Entry context, find_entry(files, "contexts", "context", name));
  ConnectionConfig out;
  out.ns = context.text("namespace");
  TRY(const Entry cluster, find_entry(files, "clusters", "cluster", context.text("cluster")));
  TRY_VOID(read_cluster(cluster, owner, out));
  if (const std::string user_name = context.text("user"); !user_name.empty()) {
    TRY(const Entry user, find_entry(files, "users", "user", user_name));
    TRY_VOID(read_user(user, out));
  }
  return out;
}

Result<File> parse(std::string_view text, std::string_view path) {
  auto root = json::parse_yaml_node(text);
  if (!root) return std::unexpected(std::move(root).error().prefixed(path));
  if (root->kind != json::YamlNode::Kind::kMapping) {
    return fail(Code::kInvalid, fmt::format("{}: this is not a kubeconfig file", path));
  }
  return File{*std::move(root), std::string(path)};
}

// `source`: who named the paths.
Result<ConnectionConfig> load(const std::vector<std::string>& paths, std::string_view source) {
  std::vector<File> files;
  std::optional<Error> first_error;
  for (const std::string& path : paths) {
    auto text = read_file(path);
    if (!text) {  // one of several may be absent, as with kubectl
      if (!first_error) first_error = std::move(text).error().prefixed(source);
      continue;
    }
    TRY(File file, parse(text->reveal(), path));
    files.push_back(std::move(file));
  }
  if (files.empty()) return std::unexpected(*std::move(first_error));
  return resolve(files, Owner::kPerson, {});
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::vector<std::string> split_paths(std::string_view list) {
  std::vector<std::string> paths;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (end > 0) paths.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return paths;
}

}  // namespace

Result<ConnectionConfig> parse_kubeconfig(std::string_view text, std::string_view path, std::string_view context) {
  std::vector<File> files;
  TRY(File file, parse(text, path));
  files.push_back(std::move(file));
  return resolve(files, Owner::kOther, context);
}

Result<ConnectionConfig> in_cluster_connection(std::string_view mount) {
  const std::string host = environment("KUBERNETES_SERVICE_HOST");
  const std::string port = environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) return fail(Code::kInvalid, "not in a cluster: KUBERNETES_SERVICE_HOST is not set");
  ConnectionConfig out;
  const bool ipv6 = host.contains(':');
  out.server = fmt::format("https://{}{}{}:{}", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
  TRY(const SecretBytes ca, read_file(fmt::format("{}/ca.crt", mount)));
  out.tls.ca_pem = ca.reveal();
  out.token_file = fmt::format("{}/token", mount);
  TRY_VOID(read_file(out.token_file));
  if (auto ns = read_file(fmt::format("{}/namespace", mount))) out.ns = ns->reveal();
  return out;
}

Result<ConnectionConfig> find_connection(const std::optional<std::string>& flag) {
  if (flag && !flag->empty()) return load({*flag}, "--kubeconfig");
  if (const auto paths = split_paths(environment("KUBECONFIG")); !paths.empty()) return load(paths, "$KUBECONFIG");
  if (!environment("KUBERNETES_SERVICE_HOST").empty()) return in_cluster_connection(kMount);
  const std::string home = environment("HOME");
  std::error_code error;
  if (const std::string file = home + "/.kube/config"; !home.empty() && fs::exists(file, error))
    return load({file}, "kubeconfig");
  return fail(Code::kInvalid,
              "no Kubernetes API server is known: give --kubeconfig FILE, set KUBECONFIG, or run inside a cluster");
}

}  // namespace rotor::kube
