// Texts that resemble each other, kept small: each is compressed against an earlier one of its kind, which leaves
// little more of it than what it has of its own. For what is kept by the ten thousand and looked at rarely.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rotor {

class PackedText {
 public:
  struct Model;

  PackedText() = default;
  PackedText(std::string text) : bytes_(std::move(text)), size_(bytes_.size()) {}  // kept as it is
  // The whole of it, unpacked at every call: some microseconds.
  std::string unpack() const;
  bool empty() const { return size_ == 0; }
  std::size_t packed_size() const { return bytes_.size(); }

 private:
  friend class TextPacker;
  std::shared_ptr<const Model> model_;  // null: the bytes are the text
  std::string bytes_;
  std::size_t size_ = 0;
};

// Packs texts of one kind. Not to be shared by threads; what it made may be.
class TextPacker {
 public:
  PackedText pack(std::string_view text);

 private:
  std::size_t seen_ = 0;
  // A few of the texts that came: those that the ones before them were no help with.
  std::vector<std::shared_ptr<const PackedText::Model>> models_;
};

}  // namespace rotor
