#include "base/line_splitter.h"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

namespace tcpstat {
namespace {

using Lines = std::vector<std::string>;

Lines split(LineSplitter& splitter, std::initializer_list<std::string_view> blocks) {
  Lines lines;
  for (const std::string_view block : blocks) {
    splitter.feed(block, [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    });
  }
  return lines;
}

TEST_CASE("lines may be cut anywhere between two blocks") {
  const std::string text = "one\n\nthree\nfour";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    LineSplitter splitter(100);
    CHECK(split(splitter, {text.substr(0, cut), text.substr(cut)}) == Lines{"one", "", "three"});
    CHECK(splitter.rest() == "four");
  }
}

TEST_CASE("a line without an end does not fill the memory") {
  LineSplitter splitter(4);
  CHECK(split(splitter, {"abc", "def", "ghi"}).empty());
  CHECK(splitter.rest() == "abcd");
  splitter.clear();
  CHECK(splitter.rest().empty());
}

TEST_CASE("a reader that wants no more gets no more") {
  LineSplitter splitter(100);
  int seen = 0;
  CHECK_FALSE(splitter.feed("a\nb\nc\n", [&](std::string_view) { return ++seen < 2; }));
  CHECK(seen == 2);
}

TEST_CASE("a text is endless once as much of it has come as no line has") {
  const std::string block(kEndless / 4, 'x');
  LineWatch watch;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(watch.is_endless(block));
  CHECK_FALSE(watch.is_endless("\n" + block));
  for (int i = 0; i < 2; ++i) CHECK_FALSE(watch.is_endless(block));
  CHECK(watch.is_endless(block));
  CHECK(LineWatch::why() == "no line ends within 64 MiB");
}

}  // namespace
}  // namespace tcpstat
