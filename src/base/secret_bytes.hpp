// Bytes that must appear in Secrets and nowhere else: provider answers, Secret data, template values.
// There is no operator<<, no formatter and no conversion; the memory is wiped when it is freed (best effort).
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rotor {

void wipe(void* data, std::size_t size) noexcept;

template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}
  T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
  void deallocate(T* p, std::size_t n) noexcept {
    wipe(p, n * sizeof(T));
    std::allocator<T>{}.deallocate(p, n);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}

  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  void reserve(std::size_t n) { bytes_.reserve(n); }
  void append(std::string_view bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void clear() { *this = SecretBytes(); }

  // The bytes themselves. The few files that may call this are pinned by a test (tests/base/reveal_test.cpp).
  std::string_view reveal() const { return {bytes_.data(), bytes_.size()}; }

  friend bool operator==(const SecretBytes&, const SecretBytes&) = default;

 private:
  std::vector<char, WipingAllocator<char>> bytes_;
};

// Key to value, as in a Secret's `data`; ordered, because hashes and documents are.
using SecretMap = std::map<std::string, SecretBytes, std::less<>>;

}  // namespace rotor
