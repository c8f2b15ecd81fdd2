#include "parsers/logs/file_kind.h"

#include <doctest/doctest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

#include <ostream>
#include <string>
#include <string_view>

#include "support/netlink.h"

namespace tcpstat::logs {
namespace {

using namespace std::string_view_literals;

struct Known {
  std::string_view head;
  FileKind kind;
};

TEST_CASE("a file is known by its first bytes") {
  for (const Known& known : {
           Known{"", FileKind::empty},
           Known{" \n\t\n", FileKind::empty},
           Known{"\x1f\x8b\x08\x00"sv, FileKind::gzip},
           Known{"\xfd"
                 "7zXZ\0\0\x04"sv,
                 FileKind::xz},
           Known{"\x28\xb5\x2f\xfd\x04", FileKind::zstd},
           Known{"BZh91AY&SY", FileKind::bzip2},
           Known{"\x17\x08\x44tracing6\0"sv, FileKind::trace_dat},
           Known{"PERFILE2h\0"sv, FileKind::perf_data},
           Known{"\xa1\xb2\xc3\xd4\x00\x02\x00\x04"sv, FileKind::packets},
           Known{"\xd4\xc3\xb2\xa1\x02\x00\x04\x00"sv, FileKind::packets},
           Known{"\xa1\xb2\x3c\x4d\x00\x02\x00\x04"sv, FileKind::packets},
           Known{"\x4d\x3c\xb2\xa1\x02\x00\x04\x00"sv, FileKind::packets},
           Known{"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00"sv, FileKind::packets},
           Known{"TCPSTREC\x01\0\0\0"sv, FileKind::record},
           Known{"\xff\xfeS\0t\0"sv, FileKind::utf16},
           Known{"\xfe\xff\0S\0t"sv, FileKind::utf16},
           Known{"{\"type\":\"connection\"}\n", FileKind::ndjson},
           Known{"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n",
                 FileKind::proc_text},
           Known{"State  Recv-Q Send-Q Local Address:Port\nESTAB 0 0 192.0.2.1:443\n", FileKind::table},
           Known{"Netid State  Recv-Q Send-Q\n", FileKind::table},
           Known{"(Not all processes could be identified)\nActive Internet connections (w/o servers)\n",
                 FileKind::table},
           Known{"Proto Recv-Q Send-Q Local Address\n", FileKind::table},
           Known{"STATE        RECV_QUEUE  SEND_QUEUE  LOCAL\n", FileKind::table},
           Known{"state,recv_queue,send_queue,local\n", FileKind::table},
           Known{"COMMAND  PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME\n", FileKind::table},
           Known{"{\"schema_version\":1,\"tool\":{},\"connections\":[\n{}\n]}\n", FileKind::document},
           Known{"{\"schema_version\":1,\"complete\":true,\"groups\":[]}\n", FileKind::document},
           Known{"{\"schema_version\":1,\"complete\":true,\"type\":\"summary\"}\n", FileKind::ndjson},
           Known{"{\n  \"type\": \"connection\"\n}\n", FileKind::document},
           Known{"[\n  {}\n]\n", FileKind::document},
           Known{"[{\"state\":\"LISTEN\"}]\n", FileKind::document},
           Known{"{\n", FileKind::ndjson},
           Known{"{\n{\"type\":\"connection\"}\n", FileKind::ndjson},
           Known{"[\n[1]\n", FileKind::unknown},
           Known{"[  100.000000] x\n", FileKind::unknown},
           Known{"{\"from\":\"CLOSE\",\"to\":\"LIS\n", FileKind::ndjson},
           Known{"State of the nation\n", FileKind::unknown},
           Known{"root:x:0:0:root:/root:/bin/bash\n", FileKind::unknown},
           Known{"a\nb\nState  Recv-Q\n", FileKind::table},
           // A header further down is one of a log that holds tables, among other things.
           Known{"a\nb\nc\nState  Recv-Q\n", FileKind::unknown},
       }) {
    CAPTURE(known.head);
    CHECK(file_kind(known.head) == known.kind);
  }
}

TEST_CASE("a dump begins with a header of netlink whose length is that of a message") {
  struct Header {
    std::uint32_t length;
    std::uint16_t type;
    FileKind kind;
  };
  for (const Header& one : {
           Header{16, NLMSG_DONE, FileKind::netlink_dump},
           Header{20, NLMSG_ERROR, FileKind::netlink_dump},
           Header{88, SOCK_DIAG_BY_FAMILY, FileKind::netlink_dump},
           Header{1024 * 1024, SOCK_DIAG_BY_FAMILY, FileKind::netlink_dump},
           Header{15, NLMSG_DONE, FileKind::unknown},
           Header{1024 * 1024 + 1, SOCK_DIAG_BY_FAMILY, FileKind::unknown},
           Header{88, RTM_NEWLINK, FileKind::unknown},
       }) {
    CAPTURE(one.length);
    CAPTURE(one.type);
    nlmsghdr header{};
    header.nlmsg_len = one.length;
    header.nlmsg_type = one.type;
    CHECK(file_kind(test::raw(header)) == one.kind);
    CHECK(file_kind(test::raw(header).substr(0, 15)) == FileKind::unknown);
  }
}

TEST_CASE("what another program has to read first is named with its command") {
  CHECK(refusal(FileKind::gzip, "a b.gz", "--source -")->sentence() ==
        "cannot read a b.gz: it is compressed (gunzip -c 'a b.gz' | tcpstat --source -)");
  CHECK(refusal(FileKind::zstd, "x.zst", "validate")->sentence() ==
        "cannot read x.zst: it is compressed (zstd -dc x.zst | tcpstat validate)");
  CHECK(refusal(FileKind::xz, "-", "validate")->sentence() ==
        "cannot read standard input: it is compressed (xz -dc | tcpstat validate)");
  CHECK(refusal(FileKind::packets, "x.pcap", "validate")->sentence() ==
        "cannot read x.pcap: it holds packets, not sockets (tcpdump -r x.pcap shows them)");
  CHECK(refusal(FileKind::table, "saved", "--source -")->sentence() ==
        "cannot read saved: it is a table for people, which leaves out what a row needs (save rows: tcpstat -a -f "
        "ndjson, "
        "ss -ta -D FILE, or cat /proc/net/tcp /proc/net/tcp6)");
  struct Refused {
    FileKind kind;
    std::string_view name;
    std::string_view what;
    std::string_view command;
  };
  constexpr std::string_view kCompressed = "it is compressed";
  constexpr std::string_view kPackets = "it holds packets, not sockets";
  constexpr std::string_view kPerf = "it is a recording of perf";
  constexpr std::string_view kUtf16 = "it is text in UTF-16";
  for (const Refused& one : {
           Refused{FileKind::bzip2, "x.bz2", kCompressed, "bzip2 -dc x.bz2 | tcpstat validate"},
           Refused{FileKind::bzip2, "-", kCompressed, "bzip2 -dc | tcpstat validate"},
           Refused{FileKind::utf16, "x", kUtf16, "iconv -f UTF-16 -t UTF-8 x | tcpstat validate"},
           Refused{FileKind::trace_dat, "trace.dat", "it is a recording of trace-cmd",
                   "trace-cmd report trace.dat | tcpstat validate"},
           Refused{FileKind::perf_data, "perf.data", kPerf, "perf script -i perf.data | tcpstat validate"},
           Refused{FileKind::perf_data, "-", kPerf, "perf script -i - | tcpstat validate"},
           Refused{FileKind::packets, "-", kPackets, "tcpdump -r - shows them"},
           Refused{FileKind::record, "rows-x.tcr", "it is a part of what tcpstat record keeps",
                   "give its directory: tcpstat --record DIRECTORY --at TIME"},
           Refused{FileKind::foreign_dump, "x", "it is a dump of a host of the other byte order",
                   "read it there, or save /proc/net/tcp or ndjson"},
       }) {
    const auto refused = refusal(one.kind, std::string(one.name), "validate");
    REQUIRE(refused);
    CHECK(refused->reason == one.what);
    CHECK(refused->hint == one.command);
    CHECK(refused->doing == "read " + std::string(one.name == "-" ? "standard input" : one.name));
  }
  for (const FileKind kind :
       {FileKind::empty, FileKind::proc_text, FileKind::netlink_dump, FileKind::ndjson, FileKind::unknown}) {
    CHECK_FALSE(refusal(kind, "x", "validate"));
  }
}

}  // namespace
}  // namespace tcpstat::logs
