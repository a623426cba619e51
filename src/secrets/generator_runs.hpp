// The generators that an ExternalSecret names: their objects read, and run. For one pass.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/generators/generator.hpp"
#include "generators/webhook_secrets.hpp"
#include "secrets/generator_source.hpp"
#include "secrets/left_behind.hpp"
#include "secrets/parts.hpp"
#include "secrets/unwritten.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

class GeneratorRuns final : public GeneratorSource {
 public:
  // `unwritten` and `left` outlive it; `left` gets what the runs leave behind at servers.
  GeneratorRuns(const Parts& parts, ExternalSecretPtr es, Unwritten& unwritten, std::vector<LeftBehind>& left);

  // Reads every object that is named. They are not watched: what is changed in one counts from the next refresh on.
  // False: one of them is served by another controller, and so is the ExternalSecret.
  Task<bool> look_up();

  Task<providers::Lookup<SecretMap>> generate(api::es::GeneratorRef ref, std::size_t item) override;

  // What generators took otherwise than it is written: a sentence each.
  const std::vector<std::string>& remarks() const { return remarks_; }

  // A generator was met that nothing but an edit of it can make usable.
  bool needs_edit() const { return needs_edit_; }

 private:
  struct Found {
    kube::ObjectMeta metadata{};
    std::string kind;  // that is run
    json::Raw spec{};
    bool cluster = false;
  };
  using Name = std::pair<std::string, std::string>;  // kind, name

  Task<Result<Found>> read(api::es::GeneratorRef ref);
  Result<Found> stood_for(api::gen::Generator object);
  Task<providers::Lookup<SecretMap>> run(Found found, std::size_t item);
  std::string made_of(const Found& found) const;

  Parts p_;
  ExternalSecretPtr es_;
  Unwritten& unwritten_;
  std::vector<LeftBehind>& left_;
  std::unique_ptr<generators::WebhookSecrets> webhook_secrets_;
  std::map<Name, Result<Found>> found_;
  std::vector<std::string> remarks_;
  bool needs_edit_ = false;
};

}  // namespace rotor::secrets
