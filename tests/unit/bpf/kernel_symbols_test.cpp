#include "parsers/bpf/kernel_symbols.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::bpf {
namespace {

constexpr std::string_view kLines =
    "ffffffff81000000 T _text\n"
    "ffffffff81a2b3c0 t reqsk_timer_handler.cold\n"
    "ffffffff81a2b000 t reqsk_timer_handler\n"
    "ffffffffc0001000 t helper\t[module]\n";

TEST_CASE("the address of the whole name") {
  CHECK(address_in(kLines, "reqsk_timer_handler") == 0xffffffff81a2b000);
  CHECK(address_in(kLines, "_text") == 0xffffffff81000000);
  CHECK(address_in(kLines, "helper") == 0xffffffffc0001000);
}

TEST_CASE("none for another name and lines that are none, and 0 where it is hidden") {
  CHECK_FALSE(address_in(kLines, "timer_handler"));
  CHECK_FALSE(address_in("ffffffff81a2b000 t reqsk_timer_handler.llvm.7\n", "reqsk_timer_handler"));
  CHECK(address_in("0000000000000000 t reqsk_timer_handler\n", "reqsk_timer_handler") == 0U);
  CHECK_FALSE(address_in("reqsk_timer_handler\n\nffff t\n", "reqsk_timer_handler"));
  CHECK_FALSE(address_in("", "reqsk_timer_handler"));
  CHECK(address_in("10 t last", "last") == 0x10U);
}

TEST_CASE("a name that is not there is no address that is hidden") {
  CHECK(why_no_address("reqsk_timer_handler", 0) == "the kernel hides the address of reqsk_timer_handler()");
  CHECK(why_no_address("reqsk_timer_handler", {}) ==
        "/proc/kallsyms has no reqsk_timer_handler(), which the compiler of this kernel may have renamed");
}

}  // namespace
}  // namespace tcpstat::bpf
