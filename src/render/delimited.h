#pragma once
// What plain and csv share: a header, then one line a row with something between the fields.

#include <memory>

#include "render/documents.h"
#include "report/summary.h"

namespace tcpstat::render {

struct DelimitedStyle {
  char separator;
  std::string_view unknown;
  /// Names in the header: STATE or state.
  bool lower_case_header;
  /// Quote fields that hold a separator or a quote (RFC 4180 §2).
  bool quote;
};

std::unique_ptr<ListWriter> make_delimited_list(RenderSettings settings, DelimitedStyle style);
void write_delimited_summary(const RenderSettings& settings, const Summary& summary, DelimitedStyle style);

}  // namespace tcpstat::render
