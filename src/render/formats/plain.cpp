// Fields separated by one TAB: raw numbers, never cut, never coloured.

#include "render/delimited.h"
#include "render/formats.h"

namespace tcpstat::render {

std::unique_ptr<Renderer> make_plain_renderer(RenderSettings settings) {
  return make_delimited_renderer(std::move(settings),
                                 {.separator = '\t', .unknown = "-", .lower_case_header = false, .quote = false});
}

}  // namespace tcpstat::render
