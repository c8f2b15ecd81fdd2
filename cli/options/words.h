#pragma once
// The old name of option_values.h, for the verbs.

#include "cli/options/option_values.h"
