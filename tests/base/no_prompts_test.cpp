#include "base/no_prompts.hpp"

#include <memory>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ui.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rotor {
namespace {

// Standard input with the right password in it, for somebody who asks.
class Input {
 public:
  Input() : before_(::dup(0)) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    EXPECT_EQ(::write(ends[1], "secret\n", 7), 7);
    ::dup2(ends[0], 0);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~Input() {
    ::dup2(before_, 0);
    ::close(before_);
  }
  int left() const {
    int bytes = 0;
    ::ioctl(0, FIONREAD, &bytes);
    return bytes;
  }

 private:
  int before_;
};

TEST(NoPrompts, AKeyUnderAPasswordIsNotReadAndNobodyIsAsked) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> pem(BIO_new(BIO_s_mem()), BIO_free);
  ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(pem.get(), key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr), 1);
  const UI_METHOD* before = UI_get_default_method();
  never_ask_for_passwords();
  const Input input;
  EVP_PKEY* read = PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, nullptr);
  UI_set_default_method(before);
  EXPECT_EQ(read, nullptr);
  EXPECT_EQ(input.left(), 7) << "the password was taken from standard input";
  EVP_PKEY_free(read);
}

}  // namespace
}  // namespace rotor
