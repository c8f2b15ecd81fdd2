// What somebody types behind --state.

#include <string>
#include <vector>

#include "cli/options/option_values.h"
#include "fuzz.h"

using namespace tcpstat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string typed(fuzz::text_of(data, size));
  if (const auto set = parse_state_word(typed)) {
    fuzz::must(!set->empty());
  } else {
    const std::string_view nearest = nearest_state_word(typed);
    fuzz::must(nearest.empty() || parse_state_word(nearest).has_value());
  }
  const std::vector<std::string> words = cli::options::split_list({typed});
  const auto states = cli::options::parse_states(words);
  fuzz::must(states ? !words.empty() || *states == StateSet::all() : !states.error().sentence.empty());
  return 0;
}
