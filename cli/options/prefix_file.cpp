#include "cli/options/prefix_file.h"

#include <algorithm>

#include "cli/options/option_values.h"
#include "cli/options/text_file.h"

namespace tcpstat::cli::options {
namespace {

constexpr std::size_t kMostPrefixes = 1'000'000;

tl::expected<Prefix, std::string> prefix_in(std::string_view word) {
  const auto pattern = parse_pattern(word);
  if (!pattern) return tl::make_unexpected(pattern.error().sentence);
  if (pattern->ports || !pattern->prefix) {
    return tl::make_unexpected(in_quotes(word) + " is no prefix (192.0.2.0/24, 2001:db8::/32)");
  }
  return *pattern->prefix;
}

}  // namespace

filter::PrefixesOrWhy read_prefix_file(const std::string& path, FileTimeout timeout) {
  const auto text = read_text_file(path, "list of prefixes", timeout);
  if (!text) return tl::make_unexpected(text.error());
  std::vector<Prefix> prefixes;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string_view word = without_comment(std::string_view(*text).substr(at, end - at), "#;");
    at = end + 1;
    ++number;
    if (word.empty()) continue;
    const std::string place = path + ", line " + std::to_string(number) + ": ";
    if (prefixes.size() == kMostPrefixes) return tl::make_unexpected(place + "more than 1000000 prefixes");
    const auto prefix = prefix_in(word);
    if (!prefix) return tl::make_unexpected(place + prefix.error());
    prefixes.push_back(*prefix);
  }
  if (prefixes.empty()) return tl::make_unexpected(path + " holds no prefix");
  return std::make_shared<const filter::PrefixSet>(std::move(prefixes));
}

}  // namespace tcpstat::cli::options
