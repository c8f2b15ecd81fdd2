#pragma once
// What plain and csv share: a header, then one line a row with something between the fields.

#include "render/renderer.h"

namespace tcpstat::render {

struct DelimitedStyle {
  char separator;
  std::string_view unknown;
  /// Names in the header: STATE or state.
  bool lower_case_header;
  /// Quote fields that hold a separator or a quote (RFC 4180 §2).
  bool quote;
};

std::unique_ptr<Renderer> make_delimited_renderer(RenderSettings settings, DelimitedStyle style);

}  // namespace tcpstat::render
