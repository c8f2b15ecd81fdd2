#pragma once
// The live sources, in order of preference: sources.def.

#include <memory>
#include <span>
#include <string_view>

#include "parsers/source/source.h"

namespace tcpstat::host {

struct SourceInfo {
  std::string_view name;
  std::string_view meaning;
  std::unique_ptr<source::Source> (*make)(const source::SourceOptions&);
};

std::span<const SourceInfo> live_sources();

}  // namespace tcpstat::host
