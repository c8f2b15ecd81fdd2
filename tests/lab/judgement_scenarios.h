// The third table: what operators meet besides plain floods, with the words that they want to read first.
#pragma once

#include <vector>

#include "scenario.h"

namespace tcpstat::lab {

std::vector<Scenario> judgement_scenarios();

}  // namespace tcpstat::lab
