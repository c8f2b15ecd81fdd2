#pragma once
// Scenarios beside those that the weights were set on.

#include <vector>

#include "scenario.h"

namespace tcpstat::lab {

std::vector<Scenario> untuned_scenarios();

}  // namespace tcpstat::lab
