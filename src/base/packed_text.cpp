#include "base/packed_text.hpp"

#include <stdexcept>

#include <zstd.h>

#include "base/free_with.hpp"

namespace rotor {
namespace {

// Matches alone, no entropy coding: over a text of a kibibyte that takes 1 us instead of 31, for a quarter more bytes.
constexpr int kLevel = -3;
constexpr std::size_t kWorthIt = 128;   // a shorter text is kept as it is
constexpr std::size_t kMostModels = 8;  // for each a text is tried with
constexpr std::size_t kFew = 64;        // texts, which are not worth a model: one takes a tenth of a mebibyte

using Compressor = std::unique_ptr<ZSTD_CCtx, FreeWith<ZSTD_freeCCtx>>;
using Decompressor = std::unique_ptr<ZSTD_DCtx, FreeWith<ZSTD_freeDCtx>>;

Compressor make_compressor() {
  Compressor made(ZSTD_createCCtx());
  if (made == nullptr) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(made.get(), ZSTD_c_contentSizeFlag, 0);
  ZSTD_CCtx_setParameter(made.get(), ZSTD_c_dictIDFlag, 0);
  return made;
}

}  // namespace

struct PackedText::Model {
  explicit Model(std::string_view text)
      : packs(ZSTD_createCDict(text.data(), text.size(), kLevel)), unpacks(ZSTD_createDDict(text.data(), text.size())) {
    if (packs == nullptr || unpacks == nullptr) throw std::bad_alloc();
  }

  std::unique_ptr<ZSTD_CDict, FreeWith<ZSTD_freeCDict>> packs;
  std::unique_ptr<ZSTD_DDict, FreeWith<ZSTD_freeDDict>> unpacks;
};

namespace {

std::string compressed(std::string_view text, const PackedText::Model& model) {
  thread_local const Compressor compressor = make_compressor();
  thread_local std::string room;
  room.resize(ZSTD_compressBound(text.size()));
  ZSTD_CCtx_refCDict(compressor.get(), model.packs.get());
  const std::size_t size = ZSTD_compress2(compressor.get(), room.data(), room.size(), text.data(), text.size());
  if (ZSTD_isError(size) != 0U) throw std::runtime_error(ZSTD_getErrorName(size));
  return room.substr(0, size);
}

}  // namespace

std::string PackedText::unpack() const {
  if (model_ == nullptr) return bytes_;
  thread_local const Decompressor decompressor(ZSTD_createDCtx());
  if (decompressor == nullptr) throw std::bad_alloc();
  std::string out(size_, '\0');
  const std::size_t size = ZSTD_decompress_usingDDict(decompressor.get(), out.data(), out.size(), bytes_.data(),
                                                      bytes_.size(), model_->unpacks.get());
  if (ZSTD_isError(size) != 0U || size != size_) throw std::logic_error("a packed text is damaged");
  return out;
}

PackedText TextPacker::pack(std::string_view text) {
  PackedText out;
  out.size_ = text.size();
  out.bytes_ = text;
  if (++seen_ <= kFew || text.size() < kWorthIt) return out;
  const auto helps = [&text](const std::string& bytes) { return bytes.size() <= text.size() / 2; };
  for (const auto& model : models_) {
    std::string bytes = compressed(text, *model);
    if (bytes.size() >= out.bytes_.size()) continue;
    out.bytes_ = std::move(bytes);
    out.model_ = model;
    if (helps(out.bytes_)) return out;
  }
  if (models_.size() < kMostModels) models_.push_back(std::make_shared<const PackedText::Model>(text));
  return out;
}

}  // namespace rotor
