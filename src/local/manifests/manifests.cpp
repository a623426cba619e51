#include "local/manifests/manifests.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "json/yaml.hpp"
#include "local/manifests/file_watch.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostListed = 6;
constexpr std::array<std::string_view, 3> kKustomizations = {"kustomization.yaml", "kustomization.yml",
                                                             "Kustomization"};
constexpr std::string_view kChart = "Chart.yaml";

// How a file came to be read: what is wrong with one that somebody named is said in so many words.
enum class Named : std::uint8_t { kItself, kByItsFolder };

Error cannot_read(std::string_view what, int why) {
  const Code code = why == ENOENT ? Code::kNotFound : why == EACCES || why == EPERM ? Code::kDenied : Code::kInvalid;
  return {code, fmt::format("cannot read {}: {}", what, std::strerror(why))};
}

std::string folder_name(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(path, ignored);
  return whole.filename().string();
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_chart_templates(const std::string& folder) {
  return folder_name(folder) == "templates" && is_file(fs::path(folder) / ".." / kChart);
}

class Reading {
 public:
  explicit Reading(const ManifestSource& source) : source_(source) {}

  Result<void> path(const std::string& path) {
    if (path == kStandardInput) {
      std::istream& in = source_.standard_input != nullptr ? *source_.standard_input : std::cin;
      add_text("standard input", std::string{std::istreambuf_iterator<char>(in), {}}, Named::kItself);
      return {};
    }
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return std::unexpected(cannot_read("-f " + path, errno));
    if (S_ISDIR(status.st_mode)) return folder(path);
    add_file(path, Named::kItself);
    return {};
  }

  Manifests finish() {
    if (!left_out_.empty()) out_.notes.insert(out_.notes.begin(), summary());
    return std::move(out_);
  }

 private:
  Result<void> folder(const std::string& path) {
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
      std::error_code ignored;
      if (is_manifest_name(at->path().filename().string()) && !at->is_directory(ignored)) {
        files.push_back(at->path().string());
      }
    }
    if (error) return std::unexpected(cannot_read("the folder " + path, error.value()));
    std::ranges::sort(files);
    hint(path);
    if (files.empty()) {
      return fail(Code::kNotFound, fmt::format("-f {}: no .yaml, .yml or .json file in this folder (folders inside it "
                                               "are not read: name them with -f){}{}",
                                               path, out_.notes.empty() ? "" : "; ", fmt::join(out_.notes, "; ")));
    }
    chart_templates_ = is_chart_templates(path);
    for (const std::string& file : files) add_file(file, Named::kByItsFolder);
    chart_templates_ = false;
    return {};
  }

  // A folder that another tool turns into manifests first.
  void hint(const std::string& path) {
    const bool templates = is_chart_templates(path);
    if (templates || is_file(fs::path(path) / kChart)) {
      const std::string chart = templates ? (fs::path(path) / "..").lexically_normal().string() : path;
      note(fmt::format("{} is a Helm chart; what it makes: `helm template {} | rotor {} -f -`", path, chart,
                       source_.command));
    }
    for (const std::string_view name : kKustomizations) {
      const auto text =
          is_file(fs::path(path) / name) ? read_text_file((fs::path(path) / name).string()) : fail(Code::kNotFound, "");
      if (!text) continue;
      const auto kustomization = json::parse_yaml(*text);
      const std::string more = kustomization ? beyond_listing(*kustomization) : "";
      if (more.empty()) continue;
      note(
          fmt::format("{} does more than list the files beside it ({}); what it makes: `kustomize build {} | rotor {} "
                      "-f -`",
                      (fs::path(path) / name).string(), more, path, source_.command));
    }
  }

  void add_file(const std::string& file, Named named) {
    struct stat status{};
    const bool odd = named == Named::kByItsFolder && stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    if (odd) return broken(file, {Code::kInvalid, fmt::format("cannot read {}: it is not a file", file)});
    auto text = read_text_file(file, named == Named::kByItsFolder ? Pipes::kRefused : Pipes::kRead);
    if (!text) return broken(file, std::move(text).error());
    add_text(file, *text, named);
  }

  void add_text(const std::string& file, std::string_view text, Named named) {
    if (chart_templates_ && text.contains("{{")) return left_out_.push_back(short_name(file) + " (Helm template)");
    // An editor that empties a file before it writes it anew would take away what runs.
    if (source_.ours.contains(file) && text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return broken(file,
                    {Code::kInvalid, fmt::format("{} is empty: delete it, or leave a comment in it, to remove what "
                                                 "it held",
                                                 file)});
    }
    json::YamlStream stream = json::parse_yaml_leniently(text);
    const bool ours = named == Named::kItself || source_.ours.contains(file) || mentions_our_kinds(text);
    std::vector<std::string> others;  // what the file holds that is not for us, each with its line
    const std::size_t good_before = out_.good.size();
    const std::size_t broken_before = out_.broken.size();
    bool unreadable = false;
    for (json::YamlDocument& document : stream.documents) add_document(std::move(document), file, others);
    for (Error& error : stream.errors) {
      if (ours) {
        broken(file, std::move(error).prefixed(file));
      } else {
        note(fmt::format("{} is left out, since it cannot be read as YAML: {}", short_name(file), error.message));
        unreadable = true;
      }
    }
    if (unreadable && others.empty() && out_.good.size() == good_before) return;
    if (out_.good.size() == good_before && out_.broken.size() == broken_before) {
      leave_out_file(file, kinds_in(others), named);
    } else {
      for (std::string& other : others) left_out_.push_back(std::move(other)), documents_ = true;
    }
  }

  void add_document(json::YamlDocument document, const std::string& file, std::vector<std::string>& others) {
    const std::string kind(json::find_string(document.value, "kind"));
    json::Value* items = document.value.is_object() ? document.value.as_object().if_contains("items") : nullptr;
    if (kind.ends_with("List") && items != nullptr && items->is_array()) {
      for (json::Value& item : items->as_array()) add_document({std::move(item), document.line}, file, others);
      return;
    }
    const std::string origin = fmt::format("{}:{}", file, document.line);
    Belonging belonging = belonging_of(document.value);
    switch (belonging.to) {
      case Belonging::To::kUs:
        return out_.good.push_back({std::move(document.value.as_object()), origin, file});
      case Belonging::To::kMistake:
        return broken(file, Error{Code::kInvalid, std::move(belonging.what)}.prefixed(origin));
      case Belonging::To::kOthers:
        return others.push_back(fmt::format("{}:{}{}", short_name(file), document.line, in_brackets(belonging.what)));
    }
  }

  void leave_out_file(const std::string& file, const std::string& kinds, Named named) {
    if (named == Named::kByItsFolder) return left_out_.push_back(short_name(file) + kinds);
    note(fmt::format("{}: nothing in it is for Rotor{}", file, kinds));
  }

  // " (HelmRelease, Job)" of the documents that add_document() found, each once.
  static std::string kinds_in(const std::vector<std::string>& others) {
    std::vector<std::string> kinds;
    for (const std::string& other : others) {
      const auto open = other.rfind(" (");
      if (open == std::string::npos) continue;
      const std::string kind = other.substr(open + 2, other.size() - open - 3);
      if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
    }
    return in_brackets(fmt::format("{}", fmt::join(kinds, ", ")));
  }

  static std::string in_brackets(const std::string& what) { return what.empty() ? "" : fmt::format(" ({})", what); }

  // Beside one folder a file's own name says it all.
  std::string short_name(const std::string& file) const {
    return source_.paths.size() == 1 ? fs::path(file).filename().string() : file;
  }

  std::string summary() const {
    const std::size_t shown = std::min(left_out_.size(), kMostListed);
    const bool one = left_out_.size() == 1;
    std::string out = fmt::format("left out {} {}{} that {} not for Rotor: {}", left_out_.size(),
                                  documents_ ? "document" : "file", one ? "" : "s", one ? "is" : "are",
                                  fmt::join(left_out_.begin(), left_out_.begin() + static_cast<long>(shown), ", "));
    if (shown < left_out_.size()) out += fmt::format(" and {} more", left_out_.size() - shown);
    return out;
  }

  void note(std::string text) { out_.notes.push_back(std::move(text)); }
  void broken(const std::string& file, Error error) { out_.broken.push_back({file, std::move(error)}); }

  const ManifestSource& source_;
  Manifests out_;
  std::vector<std::string> left_out_;
  bool documents_ = false;  // among them documents of a file that holds others for us
  bool chart_templates_ = false;
};

// Of `resources`, `components` and the like: only a name in the same folder is a file that is read anyway.
bool leads_elsewhere(const json::Value& list) {
  if (!list.is_array()) return false;
  return std::ranges::any_of(list.as_array(), [](const json::Value& entry) {
    if (!entry.is_string()) return false;
    std::string_view name = entry.as_string();
    if (name.starts_with("./")) name.remove_prefix(2);
    return name.contains('/') || !is_manifest_name(name);
  });
}

bool is_filled(const json::Value& value) {
  if (value.is_array()) return !value.as_array().empty();
  if (value.is_object()) return !value.as_object().empty();
  return value.is_string() && !value.as_string().empty();
}

}  // namespace

bool is_manifest_name(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kEndings = {".yaml", ".yml", ".json"};
  return std::ranges::any_of(kEndings, [name](std::string_view ending) { return name.ends_with(ending); });
}

std::string beyond_listing(const json::Value& kustomization) {
  static constexpr std::array<std::string_view, 4> kLists = {"resources", "bases", "components", "crds"};
  static constexpr std::array<std::string_view, 19> kChanges = {
      "namespace",       "namePrefix",   "nameSuffix",        "patches",      "patchesStrategicMerge",
      "patchesJson6902", "images",       "replicas",          "replacements", "configMapGenerator",
      "secretGenerator", "generators",   "transformers",      "helmCharts",   "helmChartInflationGenerator",
      "labels",          "commonLabels", "commonAnnotations", "vars"};
  if (!kustomization.is_object()) return {};
  std::vector<std::string_view> reasons;
  for (const auto& member : kustomization.as_object()) {
    const std::string_view name = member.key();
    const json::Value& value = member.value();
    const bool elsewhere = std::ranges::find(kLists, name) != kLists.end() && leads_elsewhere(value);
    const bool changes = std::ranges::find(kChanges, name) != kChanges.end() && is_filled(value);
    if (elsewhere || changes) reasons.emplace_back(name);
  }
  return fmt::format("{}", fmt::join(reasons, ", "));
}

Result<Manifests> read_manifests(const ManifestSource& source) {
  Reading reading(source);
  for (const std::string& path : source.paths) TRY_VOID(reading.path(path));
  return reading.finish();
}

}  // namespace rotor::local
