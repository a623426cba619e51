#include "secrets/schedule/shared_client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

namespace rotor::secrets {
namespace {

using providers::FindRequest;
using providers::Lookup;
using providers::RemoteRef;
using providers::SecretsClient;

Task<Answer> read_one(SecretsClient& client, RemoteRef ref) {
  Lookup<SecretBytes> value = co_await client.get_secret(std::move(ref));
  if (!value) co_return std::move(value).none();
  SecretMap alone;
  alone.emplace("", std::move(*value));
  co_return Answer(std::move(alone)).made_of(value);
}

Task<Answer> read_map(SecretsClient& client, RemoteRef ref) {
  co_return co_await client.get_secret_map(std::move(ref));
}

Task<Answer> read_all(SecretsClient& client, FindRequest find) { co_return co_await client.get_all(std::move(find)); }

// An exception would leave the race with the deadline to the deadline.
Task<Answer> without_exceptions(Task<Answer> reading) {
  std::string what;
  try {
    co_return co_await std::move(reading);
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;
    what = e.what();
  } catch (const std::exception& e) {
    what = e.what();
  }
  co_return fail(Code::kInternal, "reading ended with an exception: " + what);
}

std::size_t size_of(const SecretMap& values) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : values) bytes += name.size() + value.size();
  return bytes;
}

}  // namespace

SharedClient::SharedClient(SharedReads& reads, Clock& clock, SharedReads::Consumer consumer, SharedReads::Open open,
                           std::size_t& taken)
    : reads_(reads), clock_(clock), consumer_(std::move(consumer)), open_(std::move(open)), taken_(taken) {}

Task<Answer> SharedClient::read(Question question, SharedReads::Call call) {
  using namespace boost::asio::experimental::awaitable_operators;
  const StoreName& store = consumer_.store;
  auto first = co_await (without_exceptions(reads_.ask(consumer_, std::move(question), open_, std::move(call))) ||
                         clock_.nap_until(consumer_.wanted.deadline));
  if (first.index() == 1) {
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
      throw boost::system::system_error(boost::asio::error::operation_aborted);
    }
    co_return fail(Code::kTimeout,
                   fmt::format("{} \"{}\" had not answered when the 5 minutes were over that one object may take; see "
                               "whether the store is slow or asks for pauses, or read less in one ExternalSecret",
                               store.kind, store.name));
  }
  Answer answer = std::get<0>(std::move(first));
  if (answer.found()) taken_ += size_of(*answer);
  if (taken_ <= kMostBytesOfAPass) co_return std::move(answer);
  co_return fail(Code::kInvalid,
                 fmt::format("with this item the stores have answered more than the {} MiB that one ExternalSecret may "
                             "read; narrow find.path, find.name.regexp or find.tags, or split it in two",
                             kMostBytesOfAPass >> 20U));
}

Task<providers::Validation> SharedClient::validate() {
  co_return providers::Validation{providers::Validity::kUnknown, {}};
}

Task<Lookup<SecretBytes>> SharedClient::get_secret(RemoteRef ref) {
  Question question = question_about(ref, false);
  SharedReads::Call call = [ref = std::move(ref)](SecretsClient& client) { return read_one(client, ref); };
  Answer alone = co_await read(std::move(question), std::move(call));
  if (!alone) co_return std::move(alone).none();
  SecretBytes value = std::move(alone->begin()->second);
  co_return Lookup<SecretBytes>(std::move(value)).made_of(alone);
}

Task<Lookup<SecretMap>> SharedClient::get_secret_map(RemoteRef ref) {
  Question question = question_about(ref, true);
  SharedReads::Call call = [ref = std::move(ref)](SecretsClient& client) { return read_map(client, ref); };
  co_return co_await read(std::move(question), std::move(call));
}

Task<Lookup<SecretMap>> SharedClient::get_all(FindRequest find) {
  Question question = question_about(find);
  SharedReads::Call call = [find = std::move(find)](SecretsClient& client) { return read_all(client, find); };
  co_return co_await read(std::move(question), std::move(call));
}

}  // namespace rotor::secrets
