// Fields separated by one TAB: raw numbers, never cut, never coloured.

#include "render/delimited.h"
#include "render/formats.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

constexpr DelimitedStyle kStyle = {.separator = '\t', .unknown = "-", .lower_case_header = false, .quote = false};

std::unique_ptr<ListWriter> list(RenderSettings settings) { return make_delimited_list(std::move(settings), kStyle); }

void summary(const RenderSettings& settings, const Report&, const Summary& counts) {
  write_delimited_summary(settings, counts, kStyle);
}

std::unique_ptr<TransitionWriter> transitions(RenderSettings settings) {
  return make_transition_fields(std::move(settings), kStyle.separator);
}

}  // namespace

Format plain_format() {
  return {.name = "plain",
          .meaning = "fields separated by one TAB, for cut and awk",
          .has_columns = true,
          .list = list,
          .summary = summary,
          .transitions = transitions,
          .words = write_words};
}

}  // namespace tcpstat::render
