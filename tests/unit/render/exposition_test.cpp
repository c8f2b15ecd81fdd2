#include "render/exposition.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::render {
namespace {

TEST_CASE("a family begins with its help and type, and one without samples is not there") {
  TextBuffer text;
  Exposition out(text);
  out.family("lost", Exposition::Type::gauge, "Nobody knows.");
  out.sample({}, std::nullopt);
  out.family("kept_total", Exposition::Type::counter, "Somebody does.");
  out.sample({{"family", "ipv4"}, {"interface", ""}}, 3);
  out.sample({}, 0.25);
  CHECK(
      text.view() ==
      "# HELP kept_total Somebody does.\n# TYPE kept_total counter\nkept_total{family=\"ipv4\"} 3\nkept_total 0.25\n");
}

TEST_CASE("hostile names stay inside of their quotes and of their line") {
  TextBuffer text;
  Exposition out(text);
  out.family("x", Exposition::Type::gauge, "h");
  out.sample({{"process", "a\"} 1\nx 2\\\x1b[31m\xff"}}, 1);
  CHECK(text.view() == "# HELP x h\n# TYPE x gauge\nx{process=\"a\\\"} 1\\\\x0ax 2\\\\x5c\\\\x1b[31m\\\\xff\"} 1\n");
}

TEST_CASE("numbers are as short as they are exact") {
  TextBuffer text;
  Exposition out(text);
  out.family("n", Exposition::Type::gauge, "h");
  for (const double value : {1795862856.123, 9007199254740992.0, 1e-9}) out.sample({}, value);
  CHECK(text.view() == "# HELP n h\n# TYPE n gauge\nn 1795862856.123\nn 9007199254740992\nn 1e-09\n");
}

}  // namespace
}  // namespace tcpstat::render
