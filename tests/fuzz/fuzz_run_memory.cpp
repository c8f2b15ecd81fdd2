// The state file of check, which anybody may have written. What is read is written as text that is read as the same.

#include <string>

#include "check/run_memory.h"
#include "fuzz.h"

using namespace tcpstat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto memory = check::memory_from(fuzz::text_of(data, size));
  if (!memory) return 0;
  const std::string once = check::memory_text(*memory);
  const auto again = check::memory_from(once);
  fuzz::must(again.has_value());
  fuzz::must(check::memory_text(*again) == once);
  return 0;
}
