// Comma-separated values, RFC 4180 with LF.

#include "render/delimited.h"
#include "render/formats.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

constexpr DelimitedStyle kStyle = {.separator = ',', .unknown = "", .lower_case_header = true, .quote = true};

std::unique_ptr<ListWriter> list(RenderSettings settings) { return make_delimited_list(std::move(settings), kStyle); }

void summary(const RenderSettings& settings, const Report&, const Summary& counts) {
  write_delimited_summary(settings, counts, kStyle);
}

std::unique_ptr<TransitionWriter> transitions(RenderSettings settings) {
  return make_transition_fields(std::move(settings), kStyle.separator);
}

}  // namespace

Format csv_format() {
  return {.name = "csv",
          .meaning = "comma-separated values (RFC 4180)",
          .has_columns = true,
          .list = list,
          .summary = summary,
          .transitions = transitions,
          .words = write_words};
}

}  // namespace tcpstat::render
