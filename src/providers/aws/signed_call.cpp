#include "providers/aws/signed_call.hpp"

namespace rotor::providers::aws {
namespace {

using std::chrono::seconds;

constexpr seconds kTolerableSkew{30};
// The one call that the metric of today's operators, which dashboards know, has under another name than AWS.
constexpr std::string_view kMiscounted = "DescribeParameters";
constexpr std::size_t kMaxOffsets = 256;  // endpoints: a manifest may name any

}  // namespace

// True when the service's clock is far from ours: worth another try with its time.
bool SignedCaller::learn_clock(const std::string& url, const net::Headers& headers) {
  const std::string* date = net::find_header(headers, "Date");
  const std::optional<WallTime> theirs = date != nullptr ? parse_http_date(*date) : std::nullopt;
  if (!theirs) return false;
  const auto offset = std::chrono::round<seconds>(*theirs - now());
  if (clock_offsets_.size() >= kMaxOffsets && !clock_offsets_.contains(url)) clock_offsets_.clear();
  if (std::chrono::abs(offset - clock_offsets_[url]) < kTolerableSkew) return false;
  clock_offsets_[url] = offset;
  return true;
}

Result<net::Request> SignedCaller::make(const Operation& operation,
                                        const std::shared_ptr<const Credentials>& credentials) {
  net::Request request{
      .method = "POST", .url = operation.endpoint.url + "/", .headers = operation.headers, .body = operation.body};
  if (credentials == nullptr) return request;
  const auto offset = clock_offsets_.find(operation.endpoint.url);
  const WallTime time = now() + (offset == clock_offsets_.end() ? seconds(0) : offset->second);
  const SigningScope scope{operation.endpoint.signing_region, std::string(signing_name(operation.service))};
  TRY_VOID(sign(request, *credentials, scope, time, keys_.get(credentials, scope, time)));
  return request;
}

Task<CallResult> SignedCaller::call(Operation operation, std::shared_ptr<const Credentials> credentials) {
  CallResult result;
  bool nobody = true;
  Call call{.name = operation.name,
            .provider = operation.counter,
            .counted_as = operation.name == kMiscounted ? "DescribeParameter" : "",
            .retry = operation.retry};
  call.make = [&] { return make(operation, credentials); };
  call.judge = [&](const net::Response& response) {
    nobody = result.not_found = result.credentials_refused = false;
    if (response.status / 100 == 2) return Judgement::take();
    const AwsError error = read_error(operation.service, response);
    result.not_found = error.error_class == ErrorClass::kNotFound;
    result.credentials_refused = error.error_class == ErrorClass::kAuth;
    const bool mended =
        error.error_class == ErrorClass::kClockSkew && learn_clock(operation.endpoint.url, response.headers);
    return mended ? Judgement::repeat(error.to_error(operation.name)) : Judgement::fail(error.to_error(operation.name));
  };
  auto response = co_await caller_.call(std::move(call));
  if (response) {
    result.response = *std::move(response);
  } else {
    result.error = std::move(response).error();
    if (nobody && !operation.endpoint.doubt.empty()) result.error->message += "; " + operation.endpoint.doubt;
  }
  co_return result;
}

}  // namespace rotor::providers::aws
