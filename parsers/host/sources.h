#pragma once
// The sources that can be asked for, and what sets them apart: the live ones in order of preference (sources.def), the
// first of these that works, a saved file, and a record.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "parsers/source/source.h"

namespace tcpstat::host {

enum class SourceId : std::uint8_t {
  automatic,
#define SOURCE(room, name, ...) name,
#include "parsers/host/sources.def"
#undef SOURCE
  file,
  record,
};

struct SourceTraits {
  bool one_source = true;   ///< each socket comes once, from one reader
  bool reads_proc = false;  ///< a /proc is enough: another directory will do, or that of a process
};

struct SourceInfo {
  SourceId id;
  std::string_view name;
  std::string_view meaning;
  SourceTraits traits;
  /// Null for `automatic`, which is one of the live ones, and for files and records, which are opened by their path.
  std::unique_ptr<source::Source> (*make)(const source::SourceOptions&) = nullptr;

  /// Whether it can be asked again and again.
  [[nodiscard]] bool live() const { return id != SourceId::file && id != SourceId::record; }
};

const SourceInfo& info(SourceId id);
/// `automatic` and the live ones: all that have a name to ask for them.
std::span<const SourceInfo> named_sources();
std::span<const SourceInfo> live_sources();

}  // namespace tcpstat::host
