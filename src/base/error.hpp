// What can go wrong, as values. Expected failures are `Result`s; exceptions are for bugs and out-of-memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace rotor {

enum class Code : std::uint8_t {
  kNotFound,         // the backend stated that the thing does not exist: never a guess, never a time-out
  kAlreadyExists,    // create of something that is there
  kConflict,         // changed by somebody else since it was read
  kGone,             // a position in a history that is no longer kept (HTTP 410)
  kUnauthenticated,  // credentials missing, expired or wrong
  kDenied,           // known caller, not allowed
  kInvalid,          // the input can never work: the message names the field
  kThrottled,
  kUnavailable,  // could not be reached, or answered that it cannot serve now
  kTimeout,
  kCancelled,
  kInternal,  // our own mistake
};

std::string_view to_string(Code code);

// What went wrong, in words fit for a status condition: built from literals, numbers and names
// in manifests, never from a secret value or a provider's raw answer.
struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::optional<std::chrono::milliseconds> retry_after{};

  // The same error with what the caller alone knows in front: `reading key "a": <message>`.
  Error prefixed(std::string_view context) &&;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace rotor

#define ROTOR_CONCAT_(a, b) a##b
#define ROTOR_CONCAT(a, b) ROTOR_CONCAT_(a, b)

// TRY(decl, expr): `decl = value of expr`, or return its error. CO_TRY is the same inside a coroutine.
// TRY_VOID(expr) and CO_TRY_VOID(expr) are for a Result whose value is not needed.
#define TRY_AT_(tmp, decl, expr)                            \
  auto tmp = (expr);                                        \
  if (!tmp) return std::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define TRY(decl, ...) TRY_AT_(ROTOR_CONCAT(rotor_try_, __COUNTER__), decl, (__VA_ARGS__))
#define TRY_VOID_AT_(tmp, expr) \
  if (auto tmp = (expr); !tmp) return std::unexpected(std::move(tmp).error())
#define TRY_VOID(...) TRY_VOID_AT_(ROTOR_CONCAT(rotor_try_, __COUNTER__), (__VA_ARGS__))

#define CO_TRY_AT_(tmp, decl, expr)                            \
  auto tmp = (expr);                                           \
  if (!tmp) co_return std::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define CO_TRY(decl, ...) CO_TRY_AT_(ROTOR_CONCAT(rotor_try_, __COUNTER__), decl, (__VA_ARGS__))
#define CO_TRY_VOID_AT_(tmp, expr) \
  if (auto tmp = (expr); !tmp) co_return std::unexpected(std::move(tmp).error())
#define CO_TRY_VOID(...) CO_TRY_VOID_AT_(ROTOR_CONCAT(rotor_try_, __COUNTER__), (__VA_ARGS__))
