// Password hashes, derived passwords, AES and random text (sprig).
#include <algorithm>
#include <array>
#include <cstring>

#include <crypt.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "template/functions/helpers.hpp"

namespace rotor::tmpl {

namespace {

// bcrypt's own base64: other letters, no padding.
std::string bcrypt_salt(std::string_view bytes) {
  constexpr std::string_view kLetters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k <= n; ++k) out += kLetters[bits >> (18 - 6 * k) & 63];
  }
  return out;
}

Result<std::string> bcrypt(Context& c, const std::string& password) {
  if (password.size() > 72)
    return std::string("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes");
  if (password.find('\0') != std::string::npos) return bad("bcrypt: a password with a zero byte is not supported");
  TRY_VOID(c.spend_effort(Effort::kBcrypt));
  const std::string setting = "$2a$10$" + bcrypt_salt(c.random_bytes(16));
  crypt_data work{};
  const char* hash = crypt_r(password.c_str(), setting.c_str(), &work);
  std::string out = hash == nullptr ? "" : hash;
  wipe(&work, sizeof work);
  if (out.size() != 60) return bad("bcrypt failed");
  return out;
}

// Two arguments, as sprig had it before it took a third, mean bcrypt.
Returned htpasswd(Context& c, Args a) {
  const std::string& user = str(a, 0);
  if (user.find(':') != std::string::npos) return text("invalid username: " + user);
  if (a.size() > 2 && str(a, 2) == "sha") return text(user + ":{SHA}" + base64_encode(sha1(str(a, 1))));
  TRY(const std::string hash, bcrypt(c, str(a, 1)));
  return text(user + ":" + hash);
}

// Master Password, version 1: https://masterpassword.app/masterpassword-algorithm.pdf
struct PasswordType {
  std::string_view name;
  std::vector<std::string_view> templates;
};

const std::vector<PasswordType>& password_types() {
  static const std::vector<PasswordType> types = {
      {"maximum", {"anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"}},
      {"long",
       {"CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno",
        "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
        "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno",
        "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno"}},
      {"medium", {"CvcnoCvc", "CvcCvcno"}},
      {"short", {"Cvcn"}},
      {"basic", {"aaanaaan", "aannaaan", "aaannaaa"}},
      {"pin", {"nnnn"}},
  };
  return types;
}

std::string_view letters_of(char c) {
  switch (c) {
    case 'V':
      return "AEIOU";
    case 'C':
      return "BCDFGHJKLMNPQRSTVWXYZ";
    case 'v':
      return "aeiou";
    case 'c':
      return "bcdfghjklmnpqrstvwxyz";
    case 'A':
      return "AEIOUBCDFGHJKLMNPQRSTVWXYZ";
    case 'a':
      return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    case 'n':
      return "0123456789";
    case 'o':
      return "@&%?,=[]_:-+*$#!'^~;()/.";
    default:
      return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()";
  }
}

std::string big_endian(std::uint64_t v) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xFF);
  return out;
}

Returned derive_password(Context& c, Args a) {
  const auto type = std::ranges::find(password_types(), str(a, 1), &PasswordType::name);
  if (type == password_types().end()) return text("cannot find password template " + str(a, 1));
  TRY_VOID(c.spend_effort(Effort::kScrypt));
  const std::string scope = "com.lyndir.masterpassword";
  const std::string& password = str(a, 2);
  const std::string salt = scope + big_endian(str(a, 3).size()) + str(a, 3);
  std::string key(64, '\0');
  const int made =
      EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                     32768, 8, 2, 128ULL << 20, reinterpret_cast<unsigned char*>(key.data()), key.size());
  if (made != 1) return text("failed to derive password");
  const std::string seed =
      hmac_sha256(key, scope + big_endian(str(a, 4).size()) + str(a, 4) + big_endian(a[0].unsigned_integer()));
  wipe(key.data(), key.size());
  const auto byte = [&seed](std::size_t i) { return static_cast<unsigned char>(seed[i]); };
  const std::string_view pattern = type->templates[byte(0) % type->templates.size()];
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view letters = letters_of(pattern[i]);
    out += letters[byte(i + 1) % letters.size()];
  }
  return text(std::move(out));
}

std::string aes_key(const std::string& password) {
  std::string key = password.substr(0, 32);
  key.resize(32, '\0');
  return key;
}

std::string aes_cbc(const std::string& key, std::string_view iv, std::string_view in, bool encrypt) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const auto bytes = [](std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); };
  std::string out(in.size() + 16, '\0');
  int size = 0;
  EVP_CipherInit_ex(context, EVP_aes_256_cbc(), nullptr, bytes(key), bytes(iv), encrypt ? 1 : 0);
  EVP_CIPHER_CTX_set_padding(context, 0);
  EVP_CipherUpdate(context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes(in),
                   static_cast<int>(in.size()));
  EVP_CIPHER_CTX_free(context);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

Returned encrypt_aes(Context& c, Args a) {
  if (str(a, 1).empty()) return text("");
  std::string padded = str(a, 1);
  const std::size_t pad = 16 - padded.size() % 16;
  padded.append(pad, static_cast<char>(pad));
  const std::string iv = c.random_bytes(16);
  return text(base64_encode(iv + aes_cbc(aes_key(str(a, 0)), iv, padded, true)));
}

Returned decrypt_aes(Context&, Args a) {
  if (str(a, 1).empty()) return text("");
  TRY(const std::string in, base64_decode(str(a, 1)));
  if (in.size() < 16) return bad("the encrypted text is shorter than one block");
  if (in.size() % 16 != 0) return bad("crypto/cipher: input not full blocks");
  const std::string out =
      aes_cbc(aes_key(str(a, 0)), std::string_view(in).substr(0, 16), std::string_view(in).substr(16), false);
  const std::size_t pad = out.empty() ? 1 : static_cast<unsigned char>(out.back());
  if (pad > out.size()) return bad("the padding is wrong: another key?");
  return text(std::string_view(out).substr(0, out.size() - pad));
}

Returned rand_bytes(Context& c, Args a) {
  const std::int64_t n = a[0].integer();
  if (n < 0) return bad("a negative number of bytes");
  TRY_VOID(c.allow_text(static_cast<std::size_t>(n)));
  return text(base64_encode(c.random_bytes(static_cast<std::size_t>(n))));
}

Returned uuid(Context& c, Args) {
  std::string b = c.random_bytes(16);
  b[6] = static_cast<char>((b[6] & 0x0F) | 0x40);
  b[8] = static_cast<char>((b[8] & 0x3F) | 0x80);
  const std::string h = hex_encode(b);
  return text(h.substr(0, 8) + "-" + h.substr(8, 4) + "-" + h.substr(12, 4) + "-" + h.substr(16, 4) + "-" +
              h.substr(20));
}

constexpr Function kCryptoTable[] = {
    {"bcrypt", "s",
     [](Context& c, Args a) -> Returned {
       TRY(std::string s, bcrypt(c, str(a, 0)));
       return text(std::move(s));
     }},
    {"htpasswd", "ssh?", htpasswd},
    {"derivePassword", "ussss", derive_password},
    {"encryptAES", "ss", encrypt_aes},
    {"decryptAES", "ss", decrypt_aes},
    {"randBytes", "i", rand_bytes},
    {"uuidv4", "", uuid},
};

}  // namespace

Table crypto_functions() { return kCryptoTable; }

}  // namespace rotor::tmpl
