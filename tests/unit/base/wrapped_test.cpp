#include "base/wrapped.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("lines break at spaces and keep their indent") {
  CHECK(wrapped("- ", "one two three", 9) == "- one two\n  three\n");
  CHECK(wrapped("", "one two", 7) == "one two\n");
  CHECK(wrapped("", "one two", 6) == "one\ntwo\n");
  CHECK(wrapped("> ", "") == "> \n");
}

TEST_CASE("a word that is too long stands alone, and a newline stays") {
  CHECK(wrapped("", "a incomprehensible b", 5) == "a\nincomprehensible\nb\n");
  CHECK(wrapped("  ", "one\ntwo", 40) == "  one\n  two\n");
}

TEST_CASE("Han characters take two columns, and a line may end between them but not before a full stop") {
  CHECK(wrapped("", "一二三四", 4) == "一二\n三四\n");
  CHECK(wrapped("", "一二三四", 5) == "一二\n三四\n");
  CHECK(wrapped("", "一二。三", 4) == "一\n二。\n三\n");
  CHECK(wrapped("", "一（二）", 4) == "一\n（二）\n");
  CHECK(wrapped("", "一 SYN 二", 6) == "一 SYN\n二\n");
  CHECK(wrapped("", "一SYN,ACK二", 9) == "一SYN,ACK\n二\n");
  CHECK(wrapped("一 ", "二三", 5) == "一 二\n   三\n");
}

TEST_CASE("a command stays on one line if it fits into one") {
  CHECK(wrapped("", "better: sysctl -w a.b=2, or 1", 20) == "better:\nsysctl -w a.b=2, or\n1\n");
  CHECK(wrapped("", "many (tcpstat explain syn-flood), or", 32) == "many\n(tcpstat explain syn-flood), or\n");
  CHECK(wrapped("", "tcpstat --state closing-side shows them", 30) == "tcpstat --state closing-side\nshows them\n");
  CHECK(wrapped("", "in tcpstat check. It", 14) == "in\ntcpstat check.\nIt\n");
  CHECK(wrapped("", "一（tcpstat explain close）。二", 25) == "一\n（tcpstat explain close）。\n二\n");
  // Else it is broken like prose, and so is what only looks like one.
  CHECK(wrapped("", "sysctl -w net.a=2", 12) == "sysctl -w\nnet.a=2\n");
  CHECK(wrapped("", "by sysctl and so on", 10) == "by sysctl\nand so on\n");
}

TEST_CASE("widths are those of a terminal, not of bytes") {
  CHECK(wrapped("", "\xC3\xA4\xC3\xB6 \xC3\xBC", 4) == "\xC3\xA4\xC3\xB6 \xC3\xBC\n");
}

}  // namespace
}  // namespace tcpstat
