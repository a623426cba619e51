#include "admission/webhook/served_state.hpp"

#include <gtest/gtest.h>

namespace rotor::admission {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::seconds(1767323045)};  // 2026-01-02T03:04:05Z
constexpr net::Validity kGood{kNow - 24h, kNow + 24h};
constexpr net::Validity kExpired{kNow - 48h, kNow - 1h};
constexpr net::Validity kEarly{kNow + 1h, kNow + 48h};

struct Found {
  const char* what;
  net::Validity found;
  std::optional<net::Validity> in_use;
  bool serve;
  std::string_view problem;
};

TEST(FolderCertificate, TakesThePlaceOfNothingThatIsBetter) {
  constexpr std::string_view kExpiredWords =
      "--cert-dir: /c/tls.crt expired at 2026-01-02T02:04:05Z: put one there that is valid now, or look at this "
      "machine's clock";
  constexpr std::string_view kEarlyWords =
      "--cert-dir: /c/tls.crt is not valid before 2026-01-02T04:04:05Z: put one there that is valid now, or look at "
      "this machine's clock";
  constexpr std::string_view kNowWords =
      "--cert-dir: /c/tls.crt expired at 2026-01-02T03:04:05Z: put one there that is valid now, or look at this "
      "machine's clock";
  for (const Found& row :
       std::initializer_list<Found>{{"the first", kGood, {}, true, ""},
                                    {"a renewal", kGood, kGood, true, ""},
                                    {"a renewal at last", kGood, kExpired, true, ""},
                                    {"the first has expired", kExpired, {}, true, kExpiredWords},
                                    {"the one in use has expired", kExpired, kExpired, true, kExpiredWords},
                                    {"an old file over a good one", kExpired, kGood, false, kExpiredWords},
                                    {"the first is early", kEarly, {}, true, kEarlyWords},
                                    {"the next one is early", kEarly, kGood, false, kEarlyWords},
                                    {"early, but the other has expired", kEarly, kExpired, true, kEarlyWords},
                                    {"it ends this very moment", {kNow - 48h, kNow}, kGood, false, kNowWords},
                                    {"it begins this very moment", {kNow, kNow + 48h}, kGood, true, ""}}) {
    const FolderDecision decision = decide_folder(row.found, row.in_use, "/c/tls.crt", kNow);
    EXPECT_EQ(decision.serve, row.serve) << row.what;
    EXPECT_EQ(decision.problem, row.problem) << row.what;
  }
}

struct Served {
  const char* what;
  std::optional<net::Validity> served;
  std::string problem;
  std::string_view why;
};

TEST(ServedCertificate, SaysWhyNobodyCanCountOnIt) {
  for (const Served& row : std::initializer_list<Served>{
           {"good", kGood, "", ""},
           {"good, and its renewal is not", kGood, "the renewal", ""},
           {"good for an hour and no more", net::Validity{kNow - 1h, kNow + 1h}, "", ""},
           {"none", {}, "", "the webhook has no certificate yet"},
           {"none, for a reason", {}, "forbidden", "the webhook's certificate: forbidden"},
           {"expired", kExpired, "", "the webhook's certificate expired at 2026-01-02T02:04:05Z"},
           {"expired, for a reason", kExpired, "tls.crt expired", "the webhook's certificate: tls.crt expired"},
           {"early", kEarly, "", "the webhook's certificate is not valid before 2026-01-02T04:04:05Z"},
           {"about to end", net::Validity{kNow - 1h, kNow + 59min}, "",
            "the webhook's certificate ends within the hour, at 2026-01-02T04:03:05Z"}}) {
    EXPECT_EQ(why_not_ready(row.served, row.problem, kNow), row.why) << row.what;
  }
}

}  // namespace
}  // namespace rotor::admission
