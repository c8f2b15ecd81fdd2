// Stands in for libFuzzer where nothing is fuzzed: every file of a directory, and every truncated prefix of it, is an
// input. A directory without files is a mistake.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz.h"

namespace {

/// Runs each prefix in memory of its own size, so that a sanitizer sees the first byte read beyond it.
std::size_t replay(const std::vector<std::uint8_t>& input) {
  // Prefixes of large inputs: all near both ends, and some between.
  constexpr std::size_t kAll = 1500;
  std::size_t inputs = 0;
  for (std::size_t size = 0; size <= input.size(); ++size) {
    const bool near = size < kAll || input.size() - size < kAll;
    if (!near && size % 97 != 0) continue;
    const std::vector<std::uint8_t> prefix(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(prefix.data(), prefix.size());
    ++inputs;
  }
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<std::uint8_t> input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      inputs += replay(input);
      ++files;
    }
  }
  std::printf("%zu files, %zu inputs\n", files, inputs);
  return files > 0 ? 0 : 1;
}
