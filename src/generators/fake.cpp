#include "api/generators/fake.hpp"

#include "generators/generator.hpp"
#include "generators/local.hpp"

namespace rotor::generators {

Result<SecretMap> make_fake(const json::Raw& spec, const Random&) {
  TRY(api::gen::FakeSpec fake, read_spec<api::gen::FakeSpec>(spec));
  SecretMap values;
  for (auto& [key, text] : fake.data) values.emplace(key, std::move(text.value));
  return values;
}

}  // namespace rotor::generators
