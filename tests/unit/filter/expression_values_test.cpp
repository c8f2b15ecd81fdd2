#include "filter/expression_values.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "filter/parsed.h"
#include "model/column.h"

namespace tcpstat::filter {
namespace {

using test::parsed;
using test::refused;

TEST_CASE("states are names, numbers and groups, in a list") {
  CHECK(parsed("state established") == Expression(Test(StateTest{{State::established}})));
  CHECK(parsed("state 1") == parsed("state established"));
  CHECK(parsed("state established,time-wait,LISTEN") ==
        Expression(Test(StateTest{{State::established, State::time_wait, State::listen}})));
  CHECK(parsed("state all") == Expression(Test(StateTest{StateSet::all()})));
  CHECK(refused("state established,") == "18: unknown state \"\" (see: tcpstat --list states)");
  CHECK(refused("state ,established") == "6: unknown state \"\" (see: tcpstat --list states)");
  CHECK(refused("state close,tme-wait") ==
        "12: unknown state \"tme-wait\" (did you mean TIME_WAIT? see: tcpstat --list states)");
}

TEST_CASE("a mark is a number of 32 bits, and a mask that has all of its bits") {
  struct Row {
    std::string_view text;
    std::uint32_t value;
    std::uint32_t mask;
  };
  for (const Row& row :
       {Row{"5", 5, UINT32_MAX}, Row{"0", 0, UINT32_MAX}, Row{"0x10", 16, UINT32_MAX}, Row{"0X1f", 31, UINT32_MAX},
        Row{"4294967295", UINT32_MAX, UINT32_MAX}, Row{"0x10/0xff", 16, 255}, Row{"5/5", 5, 5}, Row{"0/0", 0, 0}}) {
    CAPTURE(row.text);
    CHECK(parsed("fwmark " + std::string(row.text)) == Expression(Test(MarkTest{row.value, row.mask})));
  }
  for (const std::string_view text : {"x", "0x", "4294967296", "5/", "/5", "5/x", "5/4294967296", "5/6/7", "-1"}) {
    CAPTURE(text);
    CHECK(refused("fwmark " + std::string(text)) ==
          "7: bad mark \"" + std::string(text) + "\" (a number of 32 bits, as 5, 0x10 or 0x10/0xff)");
  }
  CHECK(refused("fwmark 3/1") == "7: the mark \"3/1\" matches nothing (it has bits that its mask leaves out)");
}

TEST_CASE("a device is an index, a name, or a name that may be an index") {
  struct Row {
    std::string_view text;
    std::string_view name;
    std::uint32_t index;
  };
  for (const Row& row :
       {Row{"0", "", 0}, Row{"7", "", 7}, Row{"4294967295", "", UINT32_MAX}, Row{"4294967296", "4294967296", 0},
        Row{"eth0", "eth0", 0}, Row{"if7", "if7", 7}, Row{"if12", "if12", 12}, Row{"if", "if", 0},
        Row{"if7x", "if7x", 0}, Row{"ifb0", "ifb0", 0}, Row{"if4294967296", "if4294967296", 0}, Row{"of7", "of7", 0}}) {
    CAPTURE(row.text);
    CHECK(parsed("dev " + std::string(row.text)) == Expression(Test(DeviceTest{std::string(row.name), row.index})));
  }
}

struct NumberRow {
  std::string_view text;
  Comparison comparison;
  std::uint64_t value;
};

void check_number(const NumberRow& row, const Column& of) {
  CAPTURE(row.text);
  CHECK(parsed(row.text) == Expression(Test(NumberTest{&of, row.comparison, row.value})));
}

TEST_CASE("numbers have units of size") {
  for (const NumberRow& row : {NumberRow{"recvq 0", Comparison::equal, 0},
                               NumberRow{"recvq 100", Comparison::equal, 100},
                               NumberRow{"recvq 0x1F", Comparison::equal, 31},
                               NumberRow{"recvq 2k", Comparison::equal, 2000},
                               NumberRow{"recvq 2K", Comparison::equal, 2000},
                               NumberRow{"recvq 3M", Comparison::equal, 3'000'000},
                               NumberRow{"recvq 4G", Comparison::equal, 4'000'000'000},
                               NumberRow{"recvq 5T", Comparison::equal, 5'000'000'000'000},
                               NumberRow{"recvq 2Ki", Comparison::equal, 2048},
                               NumberRow{"recvq 3Mi", Comparison::equal, 3'145'728},
                               NumberRow{"recvq 1Gi", Comparison::equal, 1'073'741'824},
                               NumberRow{"recvq 1Ti", Comparison::equal, 1'099'511'627'776},
                               NumberRow{"recvq 1.5k", Comparison::equal, 1500},
                               NumberRow{"recvq 1.25Ki", Comparison::equal, 1280},
                               NumberRow{"recvq <= 0.25Mi", Comparison::at_most, 262'144},
                               NumberRow{"recvq 0.0009765625Ki", Comparison::equal, 1},
                               NumberRow{"recvq > 0.3Ki", Comparison::greater, 307},
                               NumberRow{"recvq 1.", Comparison::equal, 1},
                               NumberRow{"recvq 1.0", Comparison::equal, 1},
                               NumberRow{"recvq 0.5Ki", Comparison::equal, 512},
                               NumberRow{"recvq 1.234567M", Comparison::equal, 1'234'567},
                               NumberRow{"recvq 18446744073709551615", Comparison::equal, UINT64_MAX},
                               NumberRow{"recvq > 18446744073709551.615k", Comparison::greater, UINT64_MAX}}) {
    check_number(row, column(ColumnId::RECV_QUEUE));
  }
}

TEST_CASE("times have a unit, which their field may name") {
  for (const NumberRow& row :
       {NumberRow{"rtt 0", Comparison::equal, 0}, NumberRow{"rtt 0.0", Comparison::equal, 0},
        NumberRow{"rtt 7us", Comparison::equal, 7}, NumberRow{"rtt 7ms", Comparison::equal, 7000},
        NumberRow{"rtt 7s", Comparison::equal, 7'000'000}, NumberRow{"rtt 2m", Comparison::equal, 120'000'000},
        NumberRow{"rtt 1h", Comparison::equal, 3'600'000'000}, NumberRow{"rtt 1d", Comparison::equal, 86'400'000'000},
        NumberRow{"rtt 1.5ms", Comparison::equal, 1500}, NumberRow{"rtt_us 5", Comparison::equal, 5},
        NumberRow{"rtt_us 0x10", Comparison::equal, 16}, NumberRow{"rtt_us 5ms", Comparison::equal, 5000}}) {
    check_number(row, *find_column("rtt_us"));
  }
  for (const NumberRow& row :
       {NumberRow{"age 7ms", Comparison::equal, 7}, NumberRow{"age 1.5s", Comparison::equal, 1500},
        NumberRow{"age 5000us", Comparison::equal, 5}, NumberRow{"age 1d", Comparison::equal, 86'400'000},
        NumberRow{"age_ms 5", Comparison::equal, 5}}) {
    check_number(row, column(ColumnId::AGE_MS));
  }
}

TEST_CASE("what lies between two numbers is compared with them") {
  for (const NumberRow& row :
       {NumberRow{"recvq < 1.5", Comparison::at_most, 1}, NumberRow{"recvq <= 1.5", Comparison::at_most, 1},
        NumberRow{"recvq > 1.5", Comparison::greater, 1}, NumberRow{"recvq >= 1.5", Comparison::greater, 1},
        NumberRow{"recvq < 1.0", Comparison::less, 1}, NumberRow{"recvq >= 1.0", Comparison::at_least, 1},
        NumberRow{"recvq < 1.0005k", Comparison::at_most, 1000}, NumberRow{"recvq < 1.01k", Comparison::less, 1010}}) {
    check_number(row, column(ColumnId::RECV_QUEUE));
  }
  for (const NumberRow& row :
       {NumberRow{"age < 1.5ms", Comparison::at_most, 1}, NumberRow{"age >= 999us", Comparison::greater, 0},
        NumberRow{"age < 1000us", Comparison::less, 1}, NumberRow{"age >= 1001us", Comparison::greater, 1}}) {
    check_number(row, column(ColumnId::AGE_MS));
  }
  CHECK(refused("recvq = 1.5") == "8: \"1.5\" is finer than recv_queue is kept (compare with < and >)");
  CHECK(refused("age != 1.5ms") == "7: \"1.5ms\" is finer than age_ms is kept (compare with < and >)");
}

TEST_CASE("why a number is none") {
  for (const std::string_view text : {"x", "k", "", "1x", "1kk", "1.2.3", ".5", "0x", "0xg", "18446744073709551616",
                                      "18446744073709551.616k", "18446744073709552k", "1ms", "-1", "1KI"}) {
    CAPTURE(text);
    CHECK(refused("recvq \"" + std::string(text) + "\"") ==
          "6: bad value \"" + std::string(text) + "\" of recv_queue (a number, as 100, 64k (1000) or 64Ki (1024))");
  }
  for (const std::string_view text : {"x", "5k", "0x10", "5Ms", "1.2.3s", "300000000000000d"}) {
    CAPTURE(text);
    CHECK(refused("rtt " + std::string(text)) ==
          "4: bad value \"" + std::string(text) + "\" of rtt_us (a number with a unit: 500us, 20ms, 1.5s, 3m, 2h, 1d)");
  }
  CHECK(refused("rtt > 5") == "6: the value \"5\" of rtt_us has no unit (for example 5ms)");
  CHECK(refused("age = 0.1") == "6: the value \"0.1\" of age_ms has no unit (for example 0.1ms)");
}

TEST_CASE("words of columns that have few are known in any spelling, and others are taken as they are") {
  struct Row {
    std::string_view text;
    std::string_view tree;
  };
  const Row rows[] = {
      {"orphan TIME_WAIT", "orphan = time-wait"},
      {"orphan no-process", "orphan = no-process"},
      {"v6only YES", "v6only = yes"},
      {"transparent no", "transparent = no"},
      {"mptcp_role Joined_Backup", "mptcp_role = joined-backup"},
      {"mptcp_role initial", "mptcp_role = initial"},
      {"flag client_retry", "flags = client-retry"},
      {"flag leak", "flags = leak"},
      {"timer none", "timer = none"},
      {"timer DELAYED-ACK", "timer = delayed_ack"},
      {"congestion Cubic", "congestion = Cubic"},
      {"netns a,b", "netns = \"a,b\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(to_string(parsed(row.text)) == row.tree);
  }
  CHECK(refused("v6only maybe") == "7: unknown v6only \"maybe\" (one of yes, no)");
  CHECK(refused("flag stael") == "5: unknown flag \"stael\" (did you mean stale?)");
  CHECK(refused("mptcp_role main") ==
        "11: unknown mptcp_role \"main\" (one of initial, joined, initial-backup, joined-backup)");
  CHECK(refused("timer zzz") ==
        "6: unknown timer \"zzz\" (one of none, retransmit, keepalive, time_wait, probe, delayed_ack)");
  CHECK(refused("orphan none") ==
        "7: unknown orphan \"none\" (one of time-wait, half-open, not-accepted, closed-by-process, owners-unread, "
        "not-permitted, other-pid-namespace, no-process)");
}

}  // namespace
}  // namespace tcpstat::filter
