#pragma once
// Files of address prefixes, such as block lists: one a line, `#` and `;` begin comments. They come from anywhere, so
// their size is limited, and what is no prefix is an error that names its line.

#include <string>

#include "cli/options/text_file.h"
#include "filter/expression_parser.h"

namespace tcpstat::cli::options {

filter::PrefixesOrWhy read_prefix_file(const std::string& path, FileTimeout timeout = kFileTimeout);

}  // namespace tcpstat::cli::options
