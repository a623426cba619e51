// NTLM, version 2: messages against the example of MS-NLMP section 4.2.4, and a login against a small server.
#include "generators/ntlm.hpp"

#include <algorithm>

#include <boost/asio.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "generators/md4.hpp"
#include "generators/webhook_ntlm.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::generators {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::string_literals;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}
std::string md4_hex(std::string_view bytes) {
  const auto digest = md4(bytes);
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

TEST(Md4, IsThatOfRfc1320) {
  EXPECT_EQ(md4_hex(""), "31d6cfe0d16ae931b73c59d7e0c089c0");
  EXPECT_EQ(md4_hex("abc"), "a448017aaf21d8525fc10ae87aa6729d");
  EXPECT_EQ(md4_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "e33b4ddc9c38f2199c3e7b164fcc0536");
}

std::string wide_text(std::string_view text) {
  std::string out;
  for (const char c : text) out += {c, '\0'};
  return out;
}

void put_number(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}
std::string field_at(std::string_view message, std::size_t at) {
  return std::string(message.substr(number_at(message, at + 4, 4), number_at(message, at, 2)));
}

std::string target_info() {
  return "\x02\0\x0c\0"s + wide_text("Domain") + "\x01\0\x0c\0"s + wide_text("Server") + std::string(4, '\0');
}

std::string challenge_message(const std::string& info = target_info()) {
  std::string out = "NTLMSSP\0"s;
  put_number(out, 2, 4);
  out.append(8, '\0');  // no target name
  put_number(out, 0xe28a8233, 4);
  out += "\x01\x23\x45\x67\x89\xab\xcd\xef";
  out.append(8, '\0');
  put_number(out, info.size(), 2);
  put_number(out, info.size(), 2);
  put_number(out, 56, 4);
  out.append(8, '\0');  // version
  return out + info;
}

NtlmPerson person(std::string_view user = "Domain\\User", std::string_view password = "Password") {
  return {SecretBytes(user), SecretBytes(password)};
}
constexpr NtlmMoment kMoment{.nonce = {0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa}, .ticks = 0};

std::string authenticate(const std::string& message, const NtlmPerson& who, const NtlmMoment& moment = kMoment) {
  const auto challenge = read_ntlm_challenge(message);
  EXPECT_TRUE(challenge);
  const auto proof = ntlm_authenticate(*challenge, who, moment);
  EXPECT_TRUE(proof);
  return proof ? std::string(proof->reveal()) : "";
}

TEST(Ntlm, ProvesThePasswordAsInThePublishedExample) {
  const std::string message = authenticate(challenge_message(), person());
  EXPECT_TRUE(message.starts_with("NTLMSSP\0\x03\0\0\0"s));
  EXPECT_EQ(hex(field_at(message, 12)), "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
  const std::string proof = field_at(message, 20);
  EXPECT_EQ(hex(proof.substr(0, 16)), "68cd0ab851e51c96aabc927bebef6a1c");
  EXPECT_EQ(
      hex(proof.substr(16)),
      "01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c00530065007200"
      "7600650072000000000000000000");
  EXPECT_EQ(field_at(message, 28), wide_text("Domain"));
  EXPECT_EQ(field_at(message, 36), wide_text("User"));
}

TEST(Ntlm, TakesTheServersClockWhereItTellsTheTime) {
  const std::string info = "\x07\0\x08\0\x11\x22\x33\x44\x55\x66\x77\x88"s + target_info();
  const std::string message = authenticate(challenge_message(info), person());
  EXPECT_EQ(hex(field_at(message, 20).substr(24, 8)), "1122334455667788");
  EXPECT_EQ(field_at(message, 12), std::string(24, '\0'));
}

TEST(Ntlm, TakesAUserWithoutADomainAsItIsWritten) {
  const std::string message = authenticate(challenge_message(), person("app@example.com"));
  EXPECT_EQ(field_at(message, 28), "");
  EXPECT_EQ(field_at(message, 36), wide_text("app@example.com"));
  EXPECT_FALSE(ntlm_authenticate(*read_ntlm_challenge(challenge_message()), person("u", "\xff"), kMoment));
}

TEST(Ntlm, RefusesAChallengeThatIsNone) {
  for (const std::string& message : {""s, "NTLMSSP\0"s, std::string(60, 'x'), challenge_message("")}) {
    EXPECT_FALSE(read_ntlm_challenge(message));
  }
  std::string far = challenge_message();
  far[45] = '\x7f';
  EXPECT_FALSE(read_ntlm_challenge(far)) << "it points behind its end";
}

// A server whose logins are of their connection, as those of Windows are.
struct LoginServer {
  tcp::acceptor acceptor;
  int connections = 0;
  std::vector<std::string> seen{};
  bool wants_login = true;
  bool answers_greeting = true;
  std::string scheme = "NTLM";
  std::string offer = "NTLM";  // the ways to log in that it names, one a line of the answer

  static Task<> accept(LoginServer& self) {
    for (;;) {
      tcp::socket socket = co_await self.acceptor.async_accept(asio::use_awaitable);
      ++self.connections;
      asio::co_spawn(self.acceptor.get_executor(), serve(self, std::move(socket)), asio::detached);
    }
  }
  static Task<> serve(LoginServer& self, tcp::socket socket) {
    std::string buffer;
    bool challenged = false;
    try {
      for (;;) {
        const std::size_t head =
            co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
        const std::string headers = buffer.substr(0, head);
        buffer.erase(0, head);
        const auto length = headers.find("Content-Length: ");
        const std::size_t body = length == std::string::npos ? 0 : std::stoul(headers.substr(length + 16));
        if (buffer.size() < body) {
          co_await asio::async_read(socket, asio::dynamic_buffer(buffer), asio::transfer_exactly(body - buffer.size()),
                                    asio::use_awaitable);
        }
        const std::string answer = self.answer(headers, buffer.substr(0, body), challenged);
        buffer.erase(0, body);
        co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
      }
    } catch (const boost::system::system_error&) {
    }
  }
  std::string refuse(const std::string& offered) const {
    std::string head = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n";
    if (!offered.empty()) head += "WWW-Authenticate: " + offered + "\r\n";
    return head + "\r\nno";
  }
  static std::string take(std::string_view body) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  }
  std::string answer(const std::string& headers, const std::string& body, bool& challenged) {
    const std::string mark = "Authorization: " + scheme + " ";
    const auto at = headers.find(mark);
    const auto from = at + mark.size();
    const std::string message =
        at == std::string::npos ? "" : *base64_decode(headers.substr(from, headers.find('\r', at) - from));
    const auto type = message.size() > 8 ? message[8] : '\0';
    seen.push_back(fmt::format("{} {}", static_cast<int>(type), body));
    if (!wants_login) return take(R"({"a":"all"})");
    if (type == 1 && answers_greeting) {
      challenged = true;
      return refuse(scheme + " " + base64_encode(challenge_message()));
    }
    if (type != 3 || !challenged) return refuse(offer);
    NtlmMoment moment{.ticks = number_at(field_at(message, 20), 24, 8)};
    std::ranges::copy(field_at(message, 20).substr(32, 8), moment.nonce.begin());
    return message == authenticate(challenge_message(), person(), moment) ? take(R"({"a":"1"})") : refuse(offer);
  }
};

using Seen = std::vector<std::string>;

class NtlmLogin : public providers::ProviderRig {
 protected:
  NtlmLogin() : ProviderRig([](net::ServerRequest, net::ServerResponse&) -> Task<> { co_return; }) {
    asio::co_spawn(io_, LoginServer::accept(server), asio::detached);
  }
  ~NtlmLogin() override { stop(); }

  Result<net::Response> login(std::string_view password = "Password") {
    NtlmCall call{.request = {.method = "POST",
                              .url = fmt::format("http://127.0.0.1:{}/hook", server.acceptor.local_endpoint().port()),
                              .headers = {{"authorization", "Bearer other"}},
                              .body = SecretBytes("ask")},
                  .person = person("Domain\\User", password),
                  .tls = {},
                  .reach = net::Reach::kNotOfTheNode,
                  .timeout = std::chrono::seconds(10)};
    return pump(call_with_ntlm(services(), std::move(call)));
  }

  LoginServer server{tcp::acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0))};
};

TEST_F(NtlmLogin, IsOneConnectionAndAGreetingWithoutABody_Q17) {
  const auto response = login();
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, SecretBytes(R"({"a":"1"})"));
  EXPECT_EQ(server.connections, 1);
  EXPECT_EQ(server.seen, (Seen{"0 ask", "1 ", "3 ask"})) << "in place of a header of the spec";
  EXPECT_EQ(counter_.counts, (std::map<std::string, int>{{"Webhook/HTTPRequest/success", 1}})) << "it is one call";
}

TEST_F(NtlmLogin, SpeaksByTheWordThatTheServerAsksWith_W20) {
  server.scheme = "Negotiate";
  for (const char* offer : {"Negotiate", "negotiate", "Negotiate\r\nWWW-Authenticate: Basic realm=\"x\""}) {
    server.offer = offer;
    EXPECT_TRUE(login()) << offer;
  }
  server.scheme = "NTLM";
  server.offer = "Negotiate\r\nWWW-Authenticate: NTLM";
  EXPECT_TRUE(login()) << "what both can say for certain goes first";
}

TEST_F(NtlmLogin, ThatFailsSaysSoWithoutTheNames) {
  const auto response = login("wrong");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().message, "endpoint gave error 401 Unauthorized");
  EXPECT_EQ(server.connections, 1);
}

TEST_F(NtlmLogin, IsLeftOutWhereTheServerLetsEverybodyInAndCarriesTheCallOutOnce) {
  server.wants_login = false;
  const auto response = login();
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(server.seen, Seen{"0 ask"});
}

TEST_F(NtlmLogin, IsNotBegunWhereTheServerOffersAnother) {
  for (const char* offer : {"", "Basic realm=\"x\"", "NTLMv3", "Bearer"}) {
    server.seen.clear();
    server.offer = offer;
    EXPECT_EQ(login().error().message, "endpoint gave error 401: it offers no login by NTLM; leave spec.auth out");
    EXPECT_EQ(server.seen, Seen{"0 ask"}) << offer;
  }
  EXPECT_EQ(counter_.counts, (std::map<std::string, int>{{"Webhook/HTTPRequest/error", 4}}));
}

TEST_F(NtlmLogin, ThatIsOfferedAndNotAnsweredSaysSo) {
  server.answers_greeting = false;
  EXPECT_TRUE(login().error().message.starts_with(
      "endpoint asks for a login by NTLM and answers its beginning with HTTP 401 and no challenge"));
  EXPECT_EQ(server.seen, (Seen{"0 ask", "1 "}));
}

}  // namespace
}  // namespace rotor::generators
