// Any bytes as PEM, PKCS#12, JWK and keys. What is read as PEM and written reads the same; filtering twice changes
// nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "template/go/pem.hpp"
#include "template/language/template.hpp"

using namespace rotor;
using namespace rotor::tmpl;

namespace {

void check_pem(std::string_view text) {
  while (const auto block = next_pem(text)) {
    const std::string written = write_pem(*block);
    std::string_view again = written;
    const auto read = next_pem(again);
    if (!read || read->type != block->type || read->headers != block->headers || read->bytes != block->bytes)
      std::abort();
    if (!again.empty()) std::abort();
  }
}

Result<std::string> render(const Template& t, std::string_view input) {
  Map members;
  members.emplace("in", Value::text(std::string(input)));
  RenderOptions options;
  options.limits = {.steps = 2'000'000, .bytes = 16 << 20, .output = 4 << 20, .effort = 0, .template_depth = 10};
  static const Environment environment{WallTime(std::chrono::seconds(1'600'000'000)), [](std::span<unsigned char> out) {
                                         for (auto& byte : out) byte = 7;
                                       }};
  return t.render(Value::map(std::move(members), Type::kStringMap), environment, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kTemplates = [] {
    std::vector<Template> all;
    for (const char* text :
         {"{{filterCertChain \"leaf\" .in}}{{filterCertChain \"intermediate\" .in}}{{filterCertChain \"root\" .in}}",
          "{{certSANs .in}}", "{{pkcs12key .in}}", "{{pkcs12cert .in}}", "{{pkcs12keyPass \"p\" .in}}",
          "{{pemToPkcs12 .in .in}}", "{{fullPemToPkcs12Pass .in .in \"p\"}}", "{{pemTruststoreToPKCS12 .in}}",
          "{{jwkPublicKeyPem .in}}", "{{jwkPrivateKeyPem .in}}", "{{rsaDecrypt \"RSA-OAEP\" \"SHA1\" .in .in}}",
          "{{(genCAWithKey \"c\" 1 .in).Cert}}", "{{(buildCustomCert (b64enc .in) (b64enc .in)).Key}}",
          "{{genSignedCertWithKey \"c\" nil nil 1 (buildCustomCert (b64enc .in) (b64enc .in)) .in}}"}) {
      auto parsed = Template::parse("fuzz", text);
      if (!parsed) std::abort();
      all.push_back(*std::move(parsed));
    }
    return all;
  }();
  static const Template kFilter = *Template::parse("fuzz", "{{filterPEM \"CERTIFICATE\" .in}}");
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_pem(input);
  const auto once = render(kFilter, input);
  if (once && render(kFilter, *once).value_or("") != *once) std::abort();
  for (const Template& t : kTemplates) (void)render(t, input);
  return 0;
}
