#include "secrets/unwritten.hpp"

namespace rotor::secrets {

const SecretMap* Unwritten::find(const kube::Key& external_secret, std::size_t item, const std::string& made_of,
                                 SteadyTime now) const {
  const auto runs = runs_.find(external_secret);
  if (runs == runs_.end()) return nullptr;
  const auto run = runs->second.find(item);
  if (run == runs->second.end() || run->second.made_of != made_of || now - run->second.made > kGoodFor) return nullptr;
  return &run->second.values;
}

void Unwritten::keep(const kube::Key& external_secret, std::size_t item, std::string made_of, const SecretMap& values,
                     SteadyTime now) {
  runs_[external_secret].insert_or_assign(item, Run{std::move(made_of), values, now});
}

}  // namespace rotor::secrets
