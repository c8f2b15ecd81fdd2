// Fields separated by one TAB: raw numbers, never cut, never coloured.

#include "render/delimited.h"

namespace tcpstat::render::plain {
namespace {

constexpr DelimitedStyle kStyle = {.separator = '\t', .unknown = "-", .lower_case_header = false, .quote = false};

}  // namespace

Format format() { return delimited_format<kStyle>("plain", "fields separated by one TAB, for cut and awk"); }

}  // namespace tcpstat::render::plain
