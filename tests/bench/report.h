// What was measured, as tables for a reader.
#pragma once

#include <vector>

#include "goals.h"
#include "rounds.h"

namespace tcpstat::bench {

/// What the columns mean, said once.
void print_legend(const std::string& against);

/// Each case with its ratio to its references and its goal.
void print_cases(const std::vector<Measured>& all, Size size);

/// Each case of both tcpstats as the ratio ours to theirs. Cases that are slower, or take more memory, are marked.
void print_comparison(const std::vector<Measured>& all);

}  // namespace tcpstat::bench
