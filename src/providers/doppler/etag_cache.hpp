// What Doppler answered last and the mark it put on that, so that it need not send the same again.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/secret_bytes.hpp"

namespace rotor::providers::doppler {

class EtagCache {
 public:
  struct Limits {
    std::size_t entries = 16'384;
    std::size_t bytes = 16U << 20;  // of all bodies together
  };
  struct Kept {
    std::string etag;
    std::shared_ptr<const SecretBytes> body;
  };

  EtagCache() : EtagCache(Limits{}) {}
  explicit EtagCache(Limits limits) : limits_(limits) {}

  std::optional<Kept> find(const std::string& key);
  // Whatever was used longest ago makes room. An empty etag keeps nothing.
  void put(const std::string& key, Kept kept);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    Kept kept;
  };
  using Line = std::list<Entry>;

  void drop(Line::iterator entry);

  Limits limits_;
  std::size_t bytes_ = 0;
  Line line_;  // the one used last first
  std::map<std::string, Line::iterator, std::less<>> entries_;
};

}  // namespace rotor::providers::doppler
