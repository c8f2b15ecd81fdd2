// Comma-separated values, RFC 4180 with LF.

#include "render/delimited.h"
#include "render/formats.h"

namespace tcpstat::render {

std::unique_ptr<Renderer> make_csv_renderer(RenderSettings settings) {
  return make_delimited_renderer(std::move(settings),
                                 {.separator = ',', .unknown = "", .lower_case_header = true, .quote = true});
}

}  // namespace tcpstat::render
