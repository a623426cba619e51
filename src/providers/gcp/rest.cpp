#include "providers/gcp/rest.hpp"

#include <set>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/reader.hpp"
#include "providers/gcp/errors.hpp"

namespace rotor::providers::gcp {
namespace {

constexpr std::string_view kDefaultEndpoint = "https://secretmanager.googleapis.com";
constexpr std::string_view kSecrets = "/secrets/";
constexpr std::string_view kVersions = "/versions/";
constexpr int kPageSize = 1000;
constexpr std::size_t kMostPages = 10'000;

std::string_view segment_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + mark.size());
  return text.substr(0, text.find('/'));
}

std::string page_target(const std::string& target, const std::string& filter, const std::string& token) {
  std::string url = fmt::format("{}?pageSize={}", target, kPageSize);
  if (!filter.empty()) url += "&filter=" + percent_encode(filter);
  if (!token.empty()) url += "&pageToken=" + percent_encode(token);
  return url;
}

std::string regional_endpoint(const std::string& location) {
  return fmt::format("https://secretmanager.{}.rep.googleapis.com", location);
}

}  // namespace

std::string api_endpoint(const EnvironmentVariables& environment, const std::string& location) {
  std::string given = environment("ROTOR_GCP_SECRETMANAGER_ENDPOINT").value_or("");
  while (given.ends_with('/')) given.pop_back();
  if (!given.empty()) return given;
  if (location.empty()) return std::string(kDefaultEndpoint);
  return regional_endpoint(location);
}

std::string doubt_about_endpoint(const std::string& endpoint, const std::string& location) {
  if (location.empty() || endpoint != regional_endpoint(location)) return {};
  return fmt::format(
      "spec.provider.gcpsm.location: is \"{}\" a location of Secret Manager? Global secrets are read without it",
      location);
}

std::string secrets_path(std::string_view project, std::string_view location) {
  std::string path = "projects/" + percent_encode(project);
  if (!location.empty()) path += "/locations/" + percent_encode(location);
  return path + "/secrets";
}

std::string short_name(std::string_view full_name) { return std::string(segment_after(full_name, kSecrets)); }

std::string version_in(std::string_view full_name) {
  const std::size_t at = full_name.rfind(kVersions);
  return at == std::string_view::npos ? "" : std::string(segment_after(full_name.substr(at), kVersions));
}

Result<Page> read_page(const SecretBytes& document, std::string_view member) {
  Page page;
  std::size_t members = 0;
  std::size_t known = 0;
  json::Reader reader(document.reveal(), 64);
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    ++members;
    if (key == member && reader.peek() == json::Kind::kArray) {
      ++known;
      reader.begin_array();
      while (reader.next_element()) page.items.emplace_back(reader.read_raw());
    } else if ((key == "nextPageToken" || key == "next_page_token") && reader.peek() == json::Kind::kString) {
      ++known;
      page.next = reader.read_string();
    } else {
      if (key == "totalSize" || key == "total_size") ++known;
      reader.read_raw();
    }
  }
  if (auto read = reader.finish(); !read) return fail(Code::kUnavailable, read.error().message);
  if (members > 0 && known == 0) return fail(Code::kUnavailable, "the answer is another document than a list");
  return page;
}

Task<Rest::Outcome> Rest::get_once(std::string call_name, std::string url, TokenPtr token, Read read) {
  Outcome outcome;
  bool nobody = true;
  Call call{.name = call_name, .provider = std::string(kCounter), .retry = retry_};
  call.make = [&url, &token]() -> Result<net::Request> {
    net::Request request{.url = url,
                         .headers = {{"Authorization", fmt::format("Bearer {}", token->token.reveal())},
                                     {"Accept", "application/json"}}};
    if (!token->quota_project.empty()) request.headers.push_back({"X-Goog-User-Project", token->quota_project});
    return request;
  };
  call.judge = [&outcome, &nobody, &read, &call_name](const net::Response& response) {
    nobody = outcome.absent = outcome.unauthenticated = false;
    if (response.status == 200) {
      auto taken = read(response.body);
      if (taken) return Judgement::take();
      return Judgement::fail(std::move(taken).error().prefixed(call_name));
    }
    if (response.status / 100 == 2) {
      return Judgement::fail(
          {Code::kUnavailable, fmt::format("{}: HTTP {} without a document", call_name, response.status)});
    }
    const GoogleError error = read_error(response);
    outcome.absent = error.says_absent();
    outcome.unauthenticated = error.http == 401;
    return Judgement::fail(error.to_error(call_name));
  };
  auto response = co_await shared_.caller.call(std::move(call));
  if (!response) outcome.error = std::move(response).error();
  if (outcome.error && nobody && !doubt_.empty()) outcome.error->message += "; " + doubt_;
  co_return outcome;
}

Task<Lookup<Rest::Done>> Rest::get(std::string call, std::string target, Read read) {
  const std::string url = fmt::format("{}/v1/{}", endpoint_, target);
  for (bool last = false;; last = true) {
    auto token = co_await session_->token();
    if (!token) co_return std::unexpected(std::move(token).error());
    Outcome outcome = co_await get_once(call, url, *token, read);
    if (!outcome.error) co_return Done{};
    if (outcome.absent) co_return Absent{std::move(outcome.error->message)};
    if (outcome.unauthenticated) session_->refused(*token);
    if (!outcome.unauthenticated || last) {
      const std::optional<Error>& made_by_us = (*token)->not_checked;
      if (outcome.unauthenticated && made_by_us) outcome.error->message += fmt::format(" ({})", made_by_us->message);
      co_return std::unexpected(*std::move(outcome.error));
    }
  }
}

Task<Lookup<Rest::Done>> Rest::list(std::string call, std::string target, std::string member, std::string filter,
                                    EachItem each) {
  std::set<std::string> seen;
  std::string token;
  while (true) {
    Page page;
    const Read read = [&page, &member](const SecretBytes& document) -> Result<void> {
      TRY(page, read_page(document, member));
      return {};
    };
    CO_LOOKUP([[maybe_unused]] const Done done, co_await get(call, page_target(target, filter, token), read));
    for (const std::string& item : page.items) CO_TRY_VOID(each(item));
    token = std::move(page.next);
    if (token.empty()) co_return Done{};
    if (seen.size() >= kMostPages || !seen.insert(token).second) {
      co_return fail(Code::kUnavailable, fmt::format("{}: the pages of the list do not end", call));
    }
  }
}

}  // namespace rotor::providers::gcp
