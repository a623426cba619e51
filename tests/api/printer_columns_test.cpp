// What `kubectl get` shows of each kind, in either version: today's tables and scripts read it.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/externalsecrets/crds.hpp"
#include "json/document.hpp"

namespace rotor::api::es {
namespace {

constexpr std::string_view kReason = R"(.status.conditions[?(@.type=="Ready")].reason)";
constexpr std::string_view kStatus = R"(.status.conditions[?(@.type=="Ready")].status)";

// NAME TYPE PATH of each, by lines.
void expect_columns(const std::string& crd, const std::string& expected) {
  const auto document = json::parse(crd);
  ASSERT_TRUE(document);
  for (const auto& version : json::find(*document, "spec.versions")->as_array()) {
    std::string shown;
    for (const auto& column : version.at("additionalPrinterColumns").as_array()) {
      shown += fmt::format("{} {} {}\n", json::find_string(column, "name"), json::find_string(column, "type"),
                           json::find_string(column, "jsonPath"));
    }
    EXPECT_EQ(shown, expected) << json::find_string(version, "name");
  }
}

TEST(PrinterColumns, OfExternalSecretsTellTheStoreAndTheLastSync) {
  expect_columns(external_secret_crd(), fmt::format("StoreType string .spec.secretStoreRef.kind\n"
                                                    "Store string .spec.secretStoreRef.name\n"
                                                    "Refresh Interval string .spec.refreshInterval\n"
                                                    "Status string {}\nReady string {}\n"
                                                    "Last Sync date .status.refreshTime\n",
                                                    kReason, kStatus));
}

TEST(PrinterColumns, OfStoresTellWhatTheyCanDo) {
  const std::string expected = fmt::format(
      "AGE date .metadata.creationTimestamp\nStatus string {}\nCapabilities string .status.capabilities\n"
      "Ready string {}\n",
      kReason, kStatus);
  expect_columns(secret_store_crd(), expected);
  expect_columns(cluster_secret_store_crd(), expected);
}

TEST(PrinterColumns, OfClusterExternalSecretsTellTheStore) {
  expect_columns(cluster_external_secret_crd(),
                 fmt::format("Store string .spec.externalSecretSpec.secretStoreRef.name\n"
                             "Refresh Interval string .spec.refreshTime\nReady string {}\n",
                             kStatus));
}

}  // namespace
}  // namespace rotor::api::es
