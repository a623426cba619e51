// Decimal text of floating-point numbers as Go's strconv lays it out: the shortest digits that read back the same.
#pragma once

#include <string>

namespace rotor::json {

struct FloatLayout {
  int lowest = -4;  // below this decimal exponent, or from `highest` on, the exponent form is used
  int highest = 21;
  bool pad_exponent = true;  // at least two digits: 1e+06, not 1e+6
};

inline constexpr FloatLayout kFmtLayout = {};                    // fmt's %v
inline constexpr FloatLayout kJsonLayout = {-6, 21, false};      // encoding/json
inline constexpr FloatLayout kShortGLayout = {.highest = 6};     // strconv.FormatFloat(v, 'g', -1, …)
inline constexpr FloatLayout kPlainLayout = {-400, 400, false};  // strconv.FormatFloat(v, 'f', -1, …)

std::string go_float(double v, FloatLayout layout);
std::string go_float(float v, FloatLayout layout);

}  // namespace rotor::json
