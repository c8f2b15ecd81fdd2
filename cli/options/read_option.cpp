#include "cli/options/read_option.h"

namespace tcpstat::cli::options {

FileTimeout file_timeout(const TypedOptions& typed) {
  const auto word = typed.value(OptionId::timeout);
  const auto timeout = word ? parse_timeout(*word) : FileTimeout(kFileTimeout);
  return timeout.value_or(kFileTimeout);  // what is no number is refused where the source is read
}

std::chrono::microseconds now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
}

std::string must_have_value(OptionId id, std::string_view what) {
  return "--" + std::string(option_info(id).name) + " needs a value: " + std::string(what);
}

Failure read_text(const Words& words, OptionId id, std::string& to, std::string_view what) {
  return read_one(words, id, to, [&](const std::string& word) -> Parsed<std::string> {
    if (!word.empty()) return word;
    return usage_error(must_have_value(id, what));
  });
}

Failure read_text(const Words& words, OptionId id, std::string& to) {
  return read_text(words, id, to, option_info(id).value);
}

}  // namespace tcpstat::cli::options
