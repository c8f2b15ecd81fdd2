#include "render/formats.h"

#include <algorithm>
#include <array>

namespace tcpstat::render {

std::span<const FormatInfo> formats() {
  static constexpr auto kFormats = std::to_array<FormatInfo>({
#define FORMAT(name, has_columns, meaning) {#name, meaning, make_##name##_renderer, has_columns},
#include "render/formats.def"
#undef FORMAT
  });
  return kFormats;
}

const FormatInfo* find_format(std::string_view name) {
  const auto all = formats();
  const auto at = std::find_if(all.begin(), all.end(), [&](const FormatInfo& f) { return f.name == name; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace tcpstat::render
