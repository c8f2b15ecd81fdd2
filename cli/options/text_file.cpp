#include "cli/options/text_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tcpstat::cli::options {
namespace {

constexpr std::size_t kMostBytes = 32U << 20U;

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdin) static_cast<void>(std::fclose(file));
  }
};

}  // namespace

tl::expected<std::string, std::string> read_text_file(const std::string& path, std::string_view needs_less) {
  const std::string name = path == "-" ? "standard input" : path;
  const auto failed = [&](int error) {
    return tl::make_unexpected("cannot read " + name + ": " + std::strerror(error));
  };
  const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "re"));
  if (file == nullptr) return failed(errno);
  std::string text;
  constexpr std::size_t kBlock = 64U << 10U;
  while (text.size() <= kMostBytes) {
    const std::size_t before = text.size();
    text.resize(before + kBlock);
    const std::size_t got = std::fread(text.data() + before, 1, kBlock, file.get());
    text.resize(before + got);
    if (std::ferror(file.get()) != 0) return failed(errno);
    if (got < kBlock) return text;
  }
  return tl::make_unexpected(name + " holds more than 32 MiB, which no " + std::string(needs_less) + " needs");
}

std::string_view without_comment(std::string_view line, std::string_view marks) {
  constexpr std::string_view kBlanks = " \t\r";
  line = line.substr(0, line.find_first_of(marks));
  const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

}  // namespace tcpstat::cli::options
