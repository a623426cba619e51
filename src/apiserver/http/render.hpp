// Stored objects as answers: whole, as metadata alone, or as tables; one, many, or an event of a watch.
#pragma once

#include "apiserver/http/request.hpp"
#include "apiserver/registry/registry.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::apiserver {

SecretBytes serialize(const json::Object& object);

class Renderer {
 public:
  Renderer(const Registry& registry, const Clock& clock) : registry_(registry), clock_(clock) {}

  SecretBytes one(const Target& target, const json::Object& stored, Accepted accepted) const;

  struct ListMeta {
    std::uint64_t revision = 0;
    std::string continue_token{};
    std::optional<std::size_t> remaining{};
  };
  SecretBytes many(const Target& target, const std::vector<ObjectPtr>& items, const ListMeta& meta,
                   Accepted accepted) const;

  // One line of a watch. `first`: a table names its columns.
  SecretBytes event(const Target& target, std::string_view type, const json::Object& stored, Accepted accepted,
                    bool first) const;
  SecretBytes bookmark(const Target& target, std::uint64_t revision, bool initial_end, Accepted accepted) const;
  static SecretBytes error_event(const Failure& failure);

 private:
  // Calls `use` with the object in the version that was asked for, copied only when it must differ.
  template <class Use>
  void presented(const Target& target, const json::Object& stored, Use use) const;
  // As the object, its metadata or a table of one row; `with_columns`: a table says what its columns are.
  void append_one(SecretBytes& out, const Target& target, const json::Object& stored, Accepted accepted,
                  bool with_columns) const;

  const Registry& registry_;
  const Clock& clock_;
};

}  // namespace rotor::apiserver
