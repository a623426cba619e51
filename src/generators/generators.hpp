// The generators of this process, by kind.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/pool.hpp"
#include "providers/services.hpp"

namespace rotor::generators {

class Generator;

class Generators {
 public:
  explicit Generators(const providers::Services& services);
  ~Generators();
  Generators(const Generators&) = delete;
  Generators& operator=(const Generators&) = delete;

  Generator* find(std::string_view kind) const;  // null: not built
  // Instead of the one that is there.
  void set(std::string kind, std::unique_ptr<Generator> generator);

 private:
  Pool pool_;  // one thread: a long RSA key holds up no template
  std::map<std::string, std::unique_ptr<Generator>, std::less<>> generators_;
};

}  // namespace rotor::generators
