// What somebody types behind --local, --remote and the options for ports: refused with a sentence, or a pattern that its
// own text means again.

#include <string>

#include "cli/options/option_values.h"
#include "fuzz.h"

using namespace tcpstat;

namespace {

void check_refusal(const cli::options::UsageError& error) { fuzz::must(!error.sentence.empty()); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view typed = fuzz::text_of(data, size);
  // Service names are looked up in files and maybe beyond; the fuzzer asks only for what looks like numbers.
  const bool named = typed.find_first_of("ghijklmnopqrstuvwyzGHIJKLMNOPQRSTUVWYZ_ \t") != std::string_view::npos;
  if (named) return 0;
  if (const auto pattern = cli::options::parse_pattern(typed)) {
    if (pattern->prefix) {
      const Prefix& prefix = *pattern->prefix;
      fuzz::must(prefix.length <= address_bits(prefix.network.family));
      fuzz::must(prefix_of(prefix.network, prefix.length) == prefix);
      fuzz::must(prefix.contains(prefix.network) || prefix.network.is_v4_mapped());
      const auto again = cli::options::parse_pattern(to_string(prefix));
      fuzz::must(again && again->prefix == prefix && !again->ports);
    }
    if (pattern->ports) fuzz::must(pattern->ports->first <= pattern->ports->last);
  } else {
    check_refusal(pattern.error());
  }
  if (const auto range = cli::options::parse_ports(typed)) {
    fuzz::must(range->first <= range->last);
  } else {
    check_refusal(range.error());
  }
  if (const auto address = parse_address(typed)) {
    fuzz::must(parse_address(to_string(*address)) == address);
  }
  if (const auto timeout = cli::options::parse_timeout(typed)) {
    fuzz::must(!*timeout || timeout->value().count() > 0);
  } else {
    check_refusal(timeout.error());
  }
  return 0;
}
