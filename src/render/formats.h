#pragma once
// One factory for each line of formats.def; each is defined in its file in formats/.

#include <memory>

#include "render/renderer.h"

namespace tcpstat::render {

#define FORMAT(name, has_columns, meaning) std::unique_ptr<Renderer> make_##name##_renderer(RenderSettings settings);
#include "render/formats.def"
#undef FORMAT

}  // namespace tcpstat::render
