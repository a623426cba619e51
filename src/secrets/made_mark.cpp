#include "secrets/made_mark.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"
#include "secrets/force_sync.hpp"
#include "secrets/items.hpp"

namespace rotor::json {
using namespace secrets;

ROTOR_DESCRIBE(MadeMark, "When and of what a Secret was made.", field<&MadeMark::at>("at"), field<&MadeMark::by>("by"),
               field<&MadeMark::inputs>("inputs"));

}  // namespace rotor::json

namespace rotor::secrets {
namespace {

std::string maker(const ExternalSecret& es) {
  return fmt::format("{}/{}", es.metadata.uid, resource_token(es.metadata));
}

}  // namespace

MadeMark read_made_mark(const Target* live) {
  const std::string* mark = live == nullptr ? nullptr : live->annotation(kMadeAnnotation);
  return mark == nullptr ? MadeMark{} : json::read<MadeMark>(*mark).value_or(MadeMark{});
}

std::string write_made_mark(const ExternalSecret& es, WallTime started, std::string inputs) {
  return json::write(MadeMark{format_time(started), maker(es), std::move(inputs)});
}

std::optional<WallTime> made_for(const ExternalSecret& es, const Target& live, const MadeMark& mark) {
  if (mark.by != maker(es) || !live.managed() || !live.hash_matches()) return std::nullopt;
  const auto at = parse_time(mark.at);
  return at ? std::optional<WallTime>(*at) : std::nullopt;
}

bool has_generators(const ExternalSecret& es) { return std::ranges::any_of(es.spec.data_from, generates); }

}  // namespace rotor::secrets
