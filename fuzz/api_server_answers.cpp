// What an API server sends, and what stands in field sets and kubeconfig files: nothing may crash, a field set that was
// read is written the same each time, and the cut of a watch into lines does not depend on how its pieces came.
#include <cstdlib>
#include <string_view>
#include <vector>

#include "kube/client/config.hpp"
#include "kube/client/status.hpp"
#include "kube/client/watch_stream.hpp"
#include "kube/object/fields.hpp"
#include "kube/runtime/cache.hpp"

using namespace rotor;

namespace {

void field_set(std::string_view text) {
  const auto set = kube::FieldSet::parse(text);
  if (!set) return;
  const auto again = kube::FieldSet::parse(set->text());
  if (!again || !(*again == *set) || again->text() != set->text()) std::abort();
  if (!set->difference(*set).empty() || !(set->united(*set) == *set) || !(set->intersection(*set) == *set))
    std::abort();
}

std::vector<std::string> lines(std::string_view text, std::size_t piece) {
  std::vector<std::string> out;
  kube::LineSplitter splitter(1U << 20);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    splitter.feed(SecretBytes(text.substr(at, piece)));
    for (auto line = splitter.next(); line && *line; line = splitter.next()) out.emplace_back(**line);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  field_set(text);
  const auto whole = lines(text, text.size() + 1);
  if (lines(text, 1 + size % 7) != whole) std::abort();
  for (const std::string& line : whole) (void)kube::parse_watch_line(line);
  (void)kube::read_identity(text);
  (void)kube::error_of(kube::read_status(500, text), {}, "things");
  (void)kube::for_each_item(text, [](std::string_view item) { (void)kube::read_identity(item); });
  // Files named in it are looked for beside this path, where there are none.
  (void)kube::parse_kubeconfig(text, "/nonexistent/config");
  return 0;
}
