// Exact decimal arithmetic over the shortest decimal form of doubles (what `addf` and its kin compute with).
#pragma once

#include <memory>
#include <optional>

struct bignum_st;

namespace rotor::tmpl {

class Decimal {
 public:
  // Nothing for infinities and NaN.
  static std::optional<Decimal> of(double v);

  Decimal plus(const Decimal& other, bool subtract = false) const;
  Decimal times(const Decimal& other) const;
  // Rounded to 16 digits after the point, half away from zero; nothing when dividing by zero.
  std::optional<Decimal> over(const Decimal& other) const;
  double to_double() const;
  int digits() const;  // about

 private:
  struct Free {
    void operator()(bignum_st* n) const;
  };
  using Number = std::unique_ptr<bignum_st, Free>;
  Decimal(Number coefficient, int exponent) : coefficient_(std::move(coefficient)), exponent_(exponent) {}
  static Number number();
  Number scaled(int by) const;  // coefficient × 10^by

  Number coefficient_;
  int exponent_;
};

}  // namespace rotor::tmpl
