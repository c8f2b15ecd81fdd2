#include "check/value_range.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>

using namespace tcpstat;
using namespace tcpstat::check;

// The table of the Monitoring Plugins Development Guidelines, "Threshold and Ranges".
TEST_CASE("ranges alarm as the guidelines say") {
  struct Row {
    const char* text;
    long double value;
    bool alarm;
  };
  for (const Row& row : {Row{"10", -1, true},
                         {"10", 0, false},
                         {"10", 10, false},
                         {"10", 10.5L, true},
                         {"10:", 9, true},
                         {"10:", 10, false},
                         {"10:", 1e18L, false},
                         {"~:10", -1e9L, false},
                         {"~:10", 11, true},
                         {"10:20", 9, true},
                         {"10:20", 20, false},
                         {"10:20", 21, true},
                         {"@10:20", 9, false},
                         {"@10:20", 10, true},
                         {"@10:20", 20, true},
                         {"@10:20", 21, false},
                         {"", 5, false},
                         {"@", 5, true},
                         {"-5:5", -5, false},
                         {"-5:5", -6, true},
                         {"1_000", 999, false},
                         {" 7 ", 8, true},
                         {"0.5:1.5e1", 15, false},
                         {"1.e999", 1e18L, false},
                         {"18446744073709551614", 18446744073709551615.0L, true}}) {
    CAPTURE(row.text);
    CAPTURE(static_cast<double>(row.value));
    const auto range = ValueRange::parse(row.text);
    REQUIRE(range);
    CHECK(range->alarms_at(row.value) == row.alarm);
  }
}

TEST_CASE("what is no range is none") {
  for (const char* text :
       {"~",  "10:~", "~:~", "20:10", "1:2:3", "ten",   "1e5", "inf", "nan", "0x10", "1__0", "_1",
        "1_", "--1",  "+",   "-",     ".",     "1.2.3", "@@1", "@-1", "1 0", "1,5",  "inf.", ":-1"}) {
    CAPTURE(text);
    CHECK_FALSE(ValueRange::parse(text));
  }
}
