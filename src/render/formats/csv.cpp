// Comma-separated values, RFC 4180 with LF.

#include "render/delimited.h"

namespace tcpstat::render::csv {
namespace {

constexpr DelimitedStyle kStyle = {.separator = ',', .unknown = "", .lower_case_header = true, .quote = true};

}  // namespace

Format format() { return delimited_format<kStyle>("csv", "comma-separated values (RFC 4180)"); }

}  // namespace tcpstat::render::csv
