#include "template/functions/decimal.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <openssl/bn.h>

#include "template/go/number.hpp"

namespace rotor::tmpl {

namespace {

struct Scratch {
  BN_CTX* ctx = BN_CTX_new();
  Scratch() = default;
  ~Scratch() { BN_CTX_free(ctx); }
  Scratch(const Scratch&) = delete;
};

}  // namespace

void Decimal::Free::operator()(bignum_st* n) const { BN_clear_free(n); }

Decimal::Number Decimal::number() { return Number(BN_new()); }

std::optional<Decimal> Decimal::of(double v) {
  if (!std::isfinite(v)) return std::nullopt;
  const std::string text = format_float(v, 'e', -1);
  const auto e = text.find('e');
  std::string digits = text.substr(0, e);
  int exponent = std::stoi(text.substr(e + 1));
  if (const auto point = digits.find('.'); point != std::string::npos) {
    exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  BIGNUM* raw = nullptr;
  BN_dec2bn(&raw, digits.c_str());
  return Decimal(Number(raw), exponent);
}

Decimal::Number Decimal::scaled(int by) const {
  const Scratch scratch;
  Number power = number();
  Number ten = number();
  Number exponent = number();
  Number out = number();
  BN_set_word(ten.get(), 10);
  BN_set_word(exponent.get(), static_cast<BN_ULONG>(by));
  BN_exp(power.get(), ten.get(), exponent.get(), scratch.ctx);
  BN_mul(out.get(), coefficient_.get(), power.get(), scratch.ctx);
  return out;
}

Decimal Decimal::plus(const Decimal& other, bool subtract) const {
  const int exponent = std::min(exponent_, other.exponent_);
  const Number a = scaled(exponent_ - exponent);
  const Number b = other.scaled(other.exponent_ - exponent);
  Number out = number();
  if (subtract)
    BN_sub(out.get(), a.get(), b.get());
  else
    BN_add(out.get(), a.get(), b.get());
  return {std::move(out), exponent};
}

Decimal Decimal::times(const Decimal& other) const {
  const Scratch scratch;
  Number out = number();
  BN_mul(out.get(), coefficient_.get(), other.coefficient_.get(), scratch.ctx);
  return {std::move(out), exponent_ + other.exponent_};
}

std::optional<Decimal> Decimal::over(const Decimal& other) const {
  if (BN_is_zero(other.coefficient_.get())) return std::nullopt;
  constexpr int kDigits = 16;
  const Scratch scratch;
  const int shift = exponent_ - other.exponent_ + kDigits;
  const Number a = scaled(std::max(shift, 0));
  const Number b = other.scaled(std::max(-shift, 0));
  const bool negative = BN_is_negative(a.get()) != BN_is_negative(b.get());
  BN_set_negative(a.get(), 0);
  BN_set_negative(b.get(), 0);
  Number quotient = number();
  Number rest = number();
  BN_div(quotient.get(), rest.get(), a.get(), b.get(), scratch.ctx);
  BN_lshift1(rest.get(), rest.get());
  if (BN_cmp(rest.get(), b.get()) >= 0) BN_add_word(quotient.get(), 1);
  BN_set_negative(quotient.get(), negative ? 1 : 0);
  return Decimal(std::move(quotient), -kDigits);
}

int Decimal::digits() const { return BN_num_bits(coefficient_.get()) * 3 / 10; }

double Decimal::to_double() const {
  char* digits = BN_bn2dec(coefficient_.get());
  const std::string text = std::string(digits) + "e" + std::to_string(exponent_);
  OPENSSL_free(digits);
  const ParsedFloat v = parse_float(text);
  if (v.value) return *v.value;
  return std::copysign(HUGE_VAL, BN_is_negative(coefficient_.get()) ? -1.0 : 1.0);
}

}  // namespace rotor::tmpl
