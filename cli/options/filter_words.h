#pragma once
// The words of a filter expression, from the command line or a file.

#include <optional>
#include <string>
#include <vector>

#include "cli/options/option_values.h"
#include "cli/options/text_file.h"
#include "filter/expression_parser.h"

namespace tcpstat::cli::options {

/// The words of a command line as one text.
std::string expression_text(const std::vector<std::string>& words);

/// The words of a file, which follow those of the command line: `#` begins a comment at the start of a word.
Parsed<std::string> filter_file_text(const std::string& path, FileTimeout timeout = kFileTimeout);

/// Whose users the filter may name.
enum class UsersOf : std::uint8_t { this_host, elsewhere };

/// The expression, or a sentence that names the place of the mistake. `timeout`: of the files that it names.
Parsed<filter::ParsedExpression> parse_filter(const std::string& text, UsersOf users, FileTimeout timeout);

/// What to say once on standard error about an expression that means something else than its author may think.
std::vector<std::string> notes_on(const filter::ParsedExpression& parsed);

/// The note that the kernel keeps a shorter name.
std::string long_process_note(std::string_view name);

}  // namespace tcpstat::cli::options
