// Slash paths, lexically.
#include <vector>

#include <fmt/format.h>

#include "template/functions/helpers.hpp"

namespace rotor::tmpl {

namespace {

std::string clean(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string_view> kept;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..")
      kept.push_back(part);
    else if (!kept.empty() && kept.back() != "..")
      kept.pop_back();
    else if (!rooted)
      kept.push_back(part);
  }
  const std::string joined = fmt::format("{}{}", rooted ? "/" : "", fmt::join(kept, "/"));
  return joined.empty() ? "." : joined;
}

std::string base(std::string_view path) {
  if (path.empty()) return ".";
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return "/";
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string dir(std::string_view path) { return clean(path.substr(0, path.rfind('/') + 1)); }

std::string ext(std::string_view path) {
  const auto dot = path.substr(path.rfind('/') + 1).rfind('.');
  if (dot == std::string_view::npos) return {};
  return std::string(path.substr(path.rfind('/') + 1).substr(dot));
}

Returned call_base(Context&, Args a) { return text(base(str(a, 0))); }
Returned call_dir(Context&, Args a) { return text(dir(str(a, 0))); }
Returned call_clean(Context&, Args a) { return text(clean(str(a, 0))); }
Returned call_ext(Context&, Args a) { return text(ext(str(a, 0))); }
Returned call_is_abs(Context&, Args a) { return yes(str(a, 0).starts_with('/')); }

constexpr Function kPathsTable[] = {
    {"base", "s", call_base},    {"osBase", "s", call_base},    {"dir", "s", call_dir}, {"osDir", "s", call_dir},
    {"clean", "s", call_clean},  {"osClean", "s", call_clean},  {"ext", "s", call_ext}, {"osExt", "s", call_ext},
    {"isAbs", "s", call_is_abs}, {"osIsAbs", "s", call_is_abs},
};

}  // namespace

Table path_functions() { return kPathsTable; }

}  // namespace rotor::tmpl
