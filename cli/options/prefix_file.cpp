#include "cli/options/prefix_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/options/option_values.h"

namespace tcpstat::cli::options {
namespace {

constexpr std::size_t kMostBytes = 32U << 20U;
constexpr std::size_t kMostPrefixes = 1'000'000;

using Text = tl::expected<std::string, std::string>;

Text contents(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  const auto failed = [&](int error) {
    return tl::make_unexpected("cannot read " + path + ": " + std::strerror(error));
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "re"));
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
  return tl::make_unexpected(path + " holds more than 32 MiB, which no list of prefixes needs");
}

/// Without comment and blanks.
std::string_view words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  line = line.substr(0, line.find_first_of("#;"));
  const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

tl::expected<Prefix, std::string> prefix_in(std::string_view word) {
  const auto pattern = parse_pattern(word);
  if (!pattern) return tl::make_unexpected(pattern.error().sentence);
  if (pattern->ports || !pattern->prefix) {
    return tl::make_unexpected(in_quotes(word) + " is no prefix (192.0.2.0/24, 2001:db8::/32)");
  }
  return *pattern->prefix;
}

}  // namespace

filter::PrefixesOrWhy read_prefix_file(const std::string& path) {
  const Text text = contents(path);
  if (!text) return tl::make_unexpected(text.error());
  std::vector<Prefix> prefixes;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string_view word = words_of(std::string_view(*text).substr(at, end - at));
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
