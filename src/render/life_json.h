#pragma once
// Lives, and the sums of a trace that has ended, as JSON.

#include <nlohmann/json_fwd.hpp>

#include "render/device_names.h"
#include "report/connection_life.h"
#include "report/trace_summary.h"

namespace tcpstat::render {

nlohmann::ordered_json life_json(const ConnectionLife& of, const DeviceNames& devices);
/// lives, running, handshakes, state_times.
void add_trace_summary(nlohmann::ordered_json& to, const TraceSummary& of, const DeviceNames& devices);

}  // namespace tcpstat::render
