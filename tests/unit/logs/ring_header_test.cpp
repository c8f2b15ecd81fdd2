#include "parsers/logs/ring_header.h"

#include <doctest/doctest.h>

#include <ostream>

#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

TEST_CASE("the head of a trace tells how many entries its ring has, and has overwritten") {
  struct Row {
    std::string_view line;
    std::optional<std::uint64_t> count;
    std::uint64_t kept = 0;
  };
  for (const Row& row : {Row{"# entries-in-buffer/entries-written: 187/2042   #P:2", 1855, 187},
                         Row{"# entries-in-buffer/entries-written: 0/1   #P:2\r", 1, 0},
                         Row{"# entries-in-buffer/entries-written: 728/728   #P:2", 0, 728},
                         Row{"# entries-in-buffer/entries-written: 1/99999999999999999999", UINT64_MAX - 1, 1},
                         Row{"# latency: 0 us, #4/4, CPU#0", 0, 4},
                         Row{"# latency: 0 us, #62/804, CPU#0 | (M:PREEMPT(none) VP:0, KP:0, SP:0 HP:0 #P:2)", 742, 62},
                         Row{"##### CPU 1 buffer started ####", std::nullopt}}) {
    CAPTURE(row.line);
    const auto found = ring_entries(row.line);
    REQUIRE(found);
    CHECK(found->count == row.count);
    CHECK(found->kept == row.kept);
    TransitionLog log;
    CHECK(std::holds_alternative<OverwrittenEntries>(log.decode(row.line)));
  }
}

TEST_CASE("what is no such head is a comment") {
  for (const std::string_view line :
       {"# entries-in-buffer/entries-written: 9/8   #P:2", "# entries-in-buffer/entries-written: %lu/%lu   #P:%d",
        "# entries-in-buffer/entries-written:", "# entries-in-buffer/entries-written: 1/2/3",
        "# entries-in-buffer/entries-written: 1", "# latency: 0 us, 4/5, CPU#0", "# tracer: nop", "#", "#####",
        "##### CPU 1 buffer ended ####"}) {
    CAPTURE(line);
    CHECK_FALSE(ring_entries(line));
    TransitionLog log;
    CHECK(std::holds_alternative<OtherLine>(log.decode(line)));
  }
}

}  // namespace
}  // namespace tcpstat::logs
