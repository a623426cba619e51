// Keeps the API server of `rotor run` at what its manifests say: applies them, and again when one is saved.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kube/client/client.hpp"
#include "local/manifests/apply_manifests.hpp"
#include "local/manifests/file_watch.hpp"
#include "local/manifests/schema_check.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// "nothing to run: …" with what goes on all the same; empty when there is an OpenClawInstance.
std::string nothing_to_run(const Standing& standing, const std::vector<std::string>& paths);

// Client and timeline outlive it. Runs on the I/O thread.
class ManifestSync {
 public:
  ManifestSync(kube::Client& client, Timeline& timeline, ManifestSource source);

  // Applies what changed since the last time, and what is gone from the server. A file that cannot be read keeps what
  // it held before.
  Task<> apply(Manifests manifests);
  // Did the server refuse anything of the last reading?
  bool refused() const { return !refused_.empty(); }
  // Applies them again whenever one is saved, and puts back what is deleted in the server although a manifest has it,
  // until cancelled. Standard input is read once.
  Task<> follow(Executor executor, Clock& clock);

 private:
  using Lines = std::map<std::string, std::string>;  // by what is wrong: how it is said

  Task<> act(ManifestChanges changes);
  Task<> put_back(std::vector<Manifest> but);
  Task<> read_again();
  void say_made(const Applied& applied);
  Lines problems_of(const Manifests& manifests) const;
  void remember(const Manifests& manifests);
  std::string advice_for(const Manifest& manifest) const;
  void say_changes(const ManifestChanges& done);
  static void say_new(Timeline& timeline, Lines& said, Lines now);

  kube::Client& client_;
  Timeline& timeline_;
  ManifestSource source_;
  std::optional<SchemaCheck> schemas_;
  Standing standing_;
  Lines problems_;  // of the last reading: what is still wrong is not said again
  Lines refused_;
  std::string idle_;
  bool started_ = false;  // the first ones are applied
};

}  // namespace rotor::local
