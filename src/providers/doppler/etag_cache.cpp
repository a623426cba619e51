#include "providers/doppler/etag_cache.hpp"

#include <iterator>
#include <utility>

namespace rotor::providers::doppler {

std::optional<EtagCache::Kept> EtagCache::find(const std::string& key) {
  const auto known = entries_.find(key);
  if (known == entries_.end()) return std::nullopt;
  line_.splice(line_.begin(), line_, known->second);
  return known->second->kept;
}

void EtagCache::put(const std::string& key, Kept kept) {
  if (const auto known = entries_.find(key); known != entries_.end()) drop(known->second);
  if (kept.etag.empty() || kept.body->size() > limits_.bytes || limits_.entries == 0) return;
  bytes_ += kept.body->size();
  line_.push_front({key, std::move(kept)});
  entries_.emplace(key, line_.begin());
  while (entries_.size() > limits_.entries || bytes_ > limits_.bytes) drop(std::prev(line_.end()));
}

void EtagCache::drop(Line::iterator entry) {
  bytes_ -= entry->kept.body->size();
  entries_.erase(entry->key);
  line_.erase(entry);
}

}  // namespace rotor::providers::doppler
