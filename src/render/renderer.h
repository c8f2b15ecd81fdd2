#pragma once
// The former names of documents.h and formats.h.

#include "render/documents.h"
#include "render/formats.h"

namespace tcpstat::render {

using Renderer = ListWriter;
using FormatInfo = Format;

}  // namespace tcpstat::render
