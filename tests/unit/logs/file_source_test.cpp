#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ostream>
#include <sstream>

#include "base/file_descriptor.h"
#include "parsers/logs/file_source.h"
#include "support/fixtures.h"
#include "support/netlink.h"
#include "support/rows.h"

namespace tcpstat::logs {
namespace {

/// What a file with this content is read as.
struct FileReading {
  explicit FileReading(std::string_view content, const source::SourceOptions& options = {},
                       const filter::Query& query = {})
      : memory(::memfd_create("file", MFD_CLOEXEC)) {
    REQUIRE(::write(memory.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    read("/proc/self/fd/" + std::to_string(memory.get()), options, query);
  }

  void read(const std::string& path, const source::SourceOptions& options, const filter::Query& query) {
    const auto source = make_file_source(options, path);
    if (const auto ready = source->prepare(facts); !ready) {
      failed = ready.error().sentence();
      return;
    }
    brings_owners = source->brings_owners();
    if (const auto done = source->read(query, recorder, coverage); !done) failed = done.error().sentence();
  }

  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> out;
    for (const Warning& warning : coverage.warnings) out.push_back(warning.code);
    return out;
  }

  FileDescriptor memory;
  RunFacts facts;
  Coverage coverage;
  test::Recorder recorder;
  std::string failed;
  bool brings_owners = false;
};

using Codes = std::vector<std::string>;

TEST_CASE("what a file is follows from its first bytes") {
  struct Row {
    std::string_view file;
    std::size_t rows;
    bool brings_owners;
    bool complete = true;
  };
  constexpr Row kRows[] = {
      {"recorded/tcp", 32, false},
      {"recorded/tcp6", 65, false},
      {"recorded/ss-all.dump", 97, false},  // on after the first DONE
      {"recorded/ss-ipv4.dump", 32, false},
      {"recorded/legacy.dump", 103, false},
      {"recorded/legacy-info.dump", 103, false},
      {"recorded/tcpstat.ndjson", 103, true},
      {"written/linux-2.6-tcp", 3, false},
      {"written/headless-tcp", 3, false, false},  // the kernel begins with a header
      {"written/crlf-tcp", 3, false},
      {"written/both-families", 5, false},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.file);
    const FileReading reading(test::fixture(row.file));
    CHECK(reading.failed.empty());
    CHECK(reading.recorder.rows.size() == row.rows);
    CHECK(reading.coverage.rows_read == row.rows);
    CHECK(reading.coverage.complete == row.complete);
    CHECK(reading.brings_owners == row.brings_owners);
  }
}

TEST_CASE("rows of one namespace are the same in every kind of file") {
  // What every kind tells of a row: the parts of its facts that do not depend on the source.
  const auto core = [](const std::vector<std::string>& rows) {
    std::vector<std::string> out;
    for (const std::string& row : rows) {
      if (row.find(R"("state":"CLOSE",)") != std::string::npos) continue;  // /proc never lists them
      const std::size_t end = row.find(R"(,"recv_queue")");
      out.push_back(row.substr(0, end));
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  const auto dump = core(FileReading(test::fixture("recorded/legacy.dump")).recorder.rows);
  CHECK(dump.size() == 97);
  CHECK(core(FileReading(test::fixture("recorded/ss-all.dump")).recorder.rows) == dump);
  CHECK(core(FileReading(test::fixture("recorded/tcp") + test::fixture("recorded/tcp6")).recorder.rows) == dump);
  CHECK(core(FileReading(test::fixture("recorded/tcpstat.ndjson")).recorder.rows) == dump);
}

TEST_CASE("the mark that Windows puts before UTF-8 is no part of a file") {
  for (const char* name : {"recorded/tcp", "recorded/tcp6", "recorded/tcpstat.ndjson"}) {
    CAPTURE(name);
    const std::string file = test::fixture(name);
    const FileReading plain(file);
    const FileReading marked("\xef\xbb\xbf" + file);
    CHECK(marked.failed.empty());
    CHECK(marked.coverage.complete);
    CHECK(marked.recorder.rows == plain.recorder.rows);
  }
  // Files that were joined have it before each.
  const std::string one = "\xef\xbb\xbf" + test::fixture("recorded/tcp");
  CHECK(FileReading(one + one).codes() == Codes{"several_samples"});
}

TEST_CASE("a dump without its end is shown, and is not whole") {
  const std::string dump = test::fixture("recorded/ss-ipv4.dump");
  const FileReading endless(dump.substr(0, dump.size() - test::done().size()));
  CHECK(endless.recorder.rows.size() == 32);
  CHECK_FALSE(endless.coverage.complete);
  CHECK(endless.codes() == Codes{"no_end"});
  const FileReading cut(dump.substr(0, dump.size() / 2));
  CHECK(cut.recorder.rows.size() < 32);
  CHECK(cut.coverage.flaws[static_cast<std::size_t>(Flaw::cut_short)] == 1);
  CHECK_FALSE(cut.coverage.complete);
  // The second family has no end, or the last message is not there to its own.
  const std::string both = test::fixture("recorded/ss-all.dump");
  for (const std::size_t less : {test::done().size(), std::size_t{4}, std::size_t{1}}) {
    CHECK_FALSE(FileReading(both.substr(0, both.size() - less)).coverage.complete);
  }
}

TEST_CASE("every prefix of a dump of one family is incomplete, and says so") {
  const std::string dump = test::fixture("recorded/ss-ipv4.dump");
  for (std::size_t size = 0; size < dump.size(); size += 7) {
    CAPTURE(size);
    const FileReading cut(dump.substr(0, size));
    if (!cut.failed.empty()) continue;
    REQUIRE_FALSE(cut.coverage.complete);
    REQUIRE(!cut.coverage.warnings.empty());
  }
}

TEST_CASE("what the kernel says it lost is lost in a saved dump, too") {
  const std::string dump = test::fixture("recorded/ss-ipv4.dump");
  const FileReading reading(test::framed("", NLMSG_NOOP) + test::framed("abcd", NLMSG_OVERRUN) + dump);
  CHECK(reading.recorder.rows.size() == 32);
  CHECK_FALSE(reading.coverage.complete);
  CHECK(reading.codes() == Codes{"lost_messages"});
}

TEST_CASE("text is whole if it begins with a header; ndjson ends with the summary line of a list") {
  const std::string header = test::lines_of(test::fixture("recorded/tcp"))[0] + "\n";
  CHECK(FileReading(header).coverage.complete);
  for (const std::string& content : {std::string(), std::string("\n"), std::string(" \n\n")}) {
    const FileReading empty(content);
    CHECK(empty.failed.empty());
    CHECK_FALSE(empty.coverage.complete);
    CHECK(empty.codes() == Codes{"empty_source"});
  }
  const std::string saved = test::fixture("recorded/tcpstat.ndjson");
  const std::string last = test::lines_of(saved).back();
  CHECK(FileReading(saved).coverage.complete);
  CHECK(FileReading(saved.substr(0, saved.size() - last.size() - 1)).codes() == Codes{"no_end"});
  CHECK_FALSE(FileReading(saved.substr(0, saved.size() - last.size() - 1)).coverage.complete);
  CHECK(FileReading(R"({"type":"summary","snapshot":1,"complete":true,"summary":{"total":0}})").coverage.complete);
  // Lines that belong to no list.
  for (const char* other : {R"({"type":"transition","from":"CLOSE","to":"LISTEN"})",
                            R"({"type":"summary","snapshot":1,"complete":true,"groups":[]})"}) {
    CHECK(FileReading(other).codes() == Codes{"empty_source"});
  }
}

TEST_CASE("a table that is cut anywhere within its last row is not whole, with a newline behind it or without") {
  const std::string table = test::fixture("recorded/tcp");
  const std::size_t last = table.rfind('\n', table.size() - 2) + 1;
  CHECK(FileReading(table.substr(0, last)).coverage.complete);
  // The kernel fills the row with blanks from here on.
  const std::size_t end = table.find_last_not_of(" \n") + 1;
  // Blanks alone are no row.
  for (std::size_t size = table.find_first_not_of(' ', last) + 1; size < end; ++size) {
    CAPTURE(size - last);
    CHECK_FALSE(FileReading(table.substr(0, size)).coverage.complete);
    CHECK_FALSE(FileReading(table.substr(0, size) + "\n").coverage.complete);
  }
}

TEST_CASE("a list has as many rows as its summary line counts") {
  const std::vector<std::string> lines = test::lines_of(test::fixture("recorded/tcpstat.ndjson"));
  std::string tail;
  for (std::size_t i = lines.size() - 4; i < lines.size(); ++i) tail += lines[i] + "\n";
  const FileReading cut(tail);
  CHECK(cut.recorder.rows.size() == 3);
  CHECK_FALSE(cut.coverage.complete);
  REQUIRE(cut.codes() == Codes{"rows_missing"});
  CHECK(cut.coverage.warnings[0].message ==
        "the summary line counts 103 sockets, and the lines before it have 3: rows are missing");
  CHECK(FileReading(lines.back() + "\n").codes() == Codes{"rows_missing"});
  // Two samples without what stood between them, and counts that are none.
  const auto counted = [&](std::string_view total) {
    return FileReading(lines[0] + "\n" + lines[1] + "\n" + R"({"type":"summary","complete":true,"summary":{"total":)" +
                       std::string(total) + "}}\n");
  };
  CHECK(counted("2").coverage.complete);
  REQUIRE(counted("1").codes() == Codes{"rows_missing"});
  CHECK(counted("1").coverage.warnings[0].message ==
        "the summary line counts 1 socket, and the lines before it have 2: some are of another sample");
  // A row that stands there twice is none for another.
  const auto among = [&](const std::string& rows) {
    return FileReading(rows + R"({"type":"summary","complete":true,"summary":{"total":3}})" + "\n");
  };
  const std::string three = lines[0] + "\n" + lines[1] + "\n" + lines[2] + "\n";
  CHECK(among(three).coverage.complete);
  const FileReading twice = among(lines[0] + "\n" + lines[1] + "\n" + lines[1] + "\n");
  REQUIRE(twice.codes() == Codes{"rows_missing"});
  CHECK(twice.coverage.warnings[0].message ==
        "the summary line counts 3 sockets, and the lines before it have 2, and 1 again: rows are missing");
  CHECK(among(three + lines[1] + "\n").codes() == Codes{"rows_missing"});
  for (const std::string_view total : {"-2", "\"2\"", "2.0", "[]"}) {
    CAPTURE(total);
    CHECK(counted(total).codes() == Codes{"rows_missing"});
    CHECK_FALSE(counted(total).coverage.complete);
  }
}

TEST_CASE("text whose line ends were lost, or that ends within its last row, is not whole") {
  const std::string text = test::fixture("recorded/tcp");
  std::string one_line = text;
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  const FileReading joined(one_line);
  CHECK(joined.recorder.rows.empty());
  CHECK(joined.codes() == Codes{"joined_rows"});
  CHECK_FALSE(joined.coverage.complete);
  std::string carriage_returns = text;
  std::replace(carriage_returns.begin(), carriage_returns.end(), '\n', '\r');
  CHECK(FileReading(carriage_returns).codes() == Codes{"joined_rows"});
  // The header alone, or two rows.
  std::string glued = text;
  glued.erase(glued.find('\n'), 1);
  CHECK(FileReading(glued).codes() == Codes{"joined_rows"});
  std::string rows = text;
  rows.erase(rows.find('\n', rows.find('\n') + 1), 1);
  CHECK_FALSE(FileReading(rows).coverage.complete);
  // Wherever the last row of a full socket is cut; without its newline alone it is whole.
  const std::string kept = text.substr(0, text.size() - 1);
  CHECK(FileReading(kept).coverage.complete);
  const std::size_t last = kept.rfind('\n') + 1;
  for (std::size_t size = last + 3; size < kept.size(); ++size) {
    CAPTURE(size - last);
    const std::string_view cut = std::string_view(kept).substr(0, size);
    // Within the last field nobody can tell.
    std::istringstream row{std::string(cut.substr(last))};
    std::size_t fields = 0;
    for (std::string field; row >> field;) ++fields;
    if (fields < 17 || cut.back() == ' ') CHECK_FALSE(FileReading(cut).coverage.complete);
  }
}

TEST_CASE("text that ends within its header is not whole") {
  for (const char* name : {"recorded/tcp", "recorded/tcp6"}) {
    const std::string header = test::lines_of(test::fixture(name))[0];
    const std::size_t whole = header.find("inode") + 5;
    CHECK(FileReading(header.substr(0, whole)).coverage.complete);  // $(cat /proc/net/tcp) takes the newline away
    for (std::size_t size = 5; size < whole; ++size) {
      CAPTURE(size);
      const FileReading cut(header.substr(0, size));
      REQUIRE_FALSE(cut.coverage.complete);
      REQUIRE(cut.codes() == Codes{"cut_text"});
    }
  }
  // A table that lacks all rows behind one that has its own, of the other family and of another sample.
  const std::string tcp = test::fixture("recorded/tcp");
  const FileReading second(tcp + test::fixture("recorded/tcp6").substr(0, 60));
  CHECK_FALSE(second.coverage.complete);
  CHECK((second.coverage.ipv4 && !second.coverage.ipv6));
  const FileReading later(tcp + tcp.substr(0, 60));
  CHECK(later.recorder.rows.empty());
  CHECK(later.codes() == Codes{"cut_text", "several_samples"});
  CHECK_FALSE(later.coverage.ipv4);
  std::string one_line = tcp;
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  CHECK(FileReading(tcp + one_line).codes() == Codes{"joined_rows", "several_samples"});
}

TEST_CASE("samples of MPTCP are told apart from those of TCP, and shown where they are asked for") {
  const auto sample = [](std::string_view protocol, int port) {
    const std::string start = R"("time":"2026-11-23T21:22:08.000Z","host":"a","snapshot":1)" + std::string(protocol);
    return R"({"type":"connection","state":"ESTABLISHED","local_address":"192.0.2.1","local_port":)" +
           std::to_string(port) + R"(,"remote_address":"192.0.2.2","remote_port":4000,)" + start + "}\n" +
           R"({"type":"summary","complete":true,"summary":{"total":1},)" + start + "}\n";
  };
  const std::string tcp = sample(R"(,"protocol":6)", 1);
  const std::string older = sample("", 2);
  const std::string mptcp = sample(R"(,"protocol":262)", 3);
  source::SourceOptions options;
  options.mptcp = true;
  for (const std::string& file : {tcp + mptcp, mptcp + tcp, older + mptcp, mptcp + older}) {
    const FileReading without(file);
    REQUIRE(without.recorder.rows.size() == 1);
    CHECK(without.recorder.rows[0].find(R"("local_port":3)") == std::string::npos);
    REQUIRE(without.codes() == Codes{"other_protocol"});
    CHECK(without.coverage.warnings[0].message == "left out 1 sample of connections of MPTCP, which -M lists");
    const FileReading with(file, options);
    REQUIRE(with.recorder.rows.size() == 1);
    CHECK(with.recorder.rows[0].find(R"("local_port":3)") != std::string::npos);
    CHECK(with.codes() == Codes{"other_protocol"});
  }
  CHECK(FileReading(mptcp, options).codes().empty());
  CHECK(FileReading(mptcp).failed.find("it has those of MPTCP alone (-M lists them)") != std::string::npos);
  CHECK(FileReading(mptcp).failed.starts_with("cannot list connections of TCP from "));
  const std::string none_of_mptcp = FileReading(tcp, options).failed;
  CHECK(none_of_mptcp.starts_with("cannot list connections of MPTCP from "));
  CHECK(none_of_mptcp.ends_with(": it has those of TCP alone (without -M they are listed)"));
  for (const char* of_tcp : {"recorded/tcp", "recorded/ss-all.dump"}) {
    CAPTURE(of_tcp);
    const FileReading refused(test::fixture(of_tcp), options);
    CHECK(refused.recorder.rows.empty());
    CHECK(refused.failed.ends_with(": it tells those of TCP (save with tcpstat -M -f ndjson)"));
  }
  for (const std::string_view none : {R"(,"protocol":17)", R"(,"protocol":"mptcp")", R"(,"protocol":-6)"}) {
    CAPTURE(none);
    CHECK_FALSE(FileReading(sample(none, 4)).coverage.complete);
  }
}

TEST_CASE("an empty file has no sample to name the time of") {
  source::SourceOptions options;
  options.at = std::chrono::microseconds(1);
  CHECK(FileReading("", options).codes() == Codes{"empty_source"});
}

TEST_CASE("a first line of ndjson that is broken is a row that was lost") {
  const std::string row =
      R"({"type":"connection","state":"ESTABLISHED","local_address":"192.0.2.1","local_port":80,"remote_address":)"
      R"("192.0.2.2","remote_port":4000})";
  const std::string end = R"({"type":"summary","complete":true,"summary":{"total":1}})";
  for (const std::string& first : {row.substr(0, 60), row + row, row + ","}) {
    CAPTURE(first);
    const FileReading reading(first + "\n" + row + "\n" + end + "\n");
    CHECK(reading.failed.empty());
    CHECK(reading.recorder.rows.size() == 1);
    CHECK(reading.coverage.flaws[static_cast<std::size_t>(Flaw::not_json)] == 1);
    CHECK_FALSE(reading.coverage.complete);
  }
  CHECK(FileReading("{\"a\":\n" + row + "\n").failed.find("its first line is no JSON object of a row") !=
        std::string::npos);
}

TEST_CASE("a list of a later version may say what this one does not know") {
  const FileReading later(
      R"({"type":"summary","snapshot":1,"schema_version":2,"complete":true,"summary":{"total":0}})");
  CHECK(later.codes() == Codes{"later_version"});
  CHECK_FALSE(later.coverage.complete);
}

TEST_CASE("a table of other sockets without rows is refused like one with rows") {
  const FileReading udp(
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
      "drops\n");
  CHECK(udp.failed.find("its tables are of other sockets than TCP's") != std::string::npos);
}

TEST_CASE("a family without a table is not known") {
  const std::string tcp = test::fixture("recorded/tcp");
  const std::string tcp6 = test::fixture("recorded/tcp6");
  const FileReading both(tcp + tcp6);
  CHECK((both.coverage.ipv4 && both.coverage.ipv6));
  const FileReading one(tcp);
  CHECK((one.coverage.ipv4 && !one.coverage.ipv6));
  CHECK(one.coverage.complete);
  CHECK_FALSE(FileReading(tcp6).coverage.ipv4);
  const FileReading last(tcp + tcp6 + tcp);  // the last sample has one
  CHECK((last.coverage.ipv4 && !last.coverage.ipv6));
  // Asked for alone, it cannot be answered.
  filter::Query query;
  query.filter.ipv4 = false;
  const FileReading asked(tcp, {}, query);
  CHECK_FALSE(asked.coverage.complete);
  REQUIRE(asked.codes() == Codes{"family_not_saved"});
  CHECK(asked.coverage.warnings[0].message == "IPv6 sockets were not saved");
  CHECK(FileReading(tcp + tcp6, {}, query).coverage.complete);
  query.filter.ipv4 = true;
  query.filter.ipv6 = false;
  const FileReading other(tcp6, {}, query);
  REQUIRE(other.codes() == Codes{"family_not_saved"});
  CHECK(other.coverage.warnings[0].message == "IPv4 sockets were not saved");
  const FileReading saved(R"({"type":"summary","snapshot":1,"complete":true,"filtered":true,)"
                          R"("summary":{"total":0,"by_family":{"ipv4":0,"ipv6":null}}})");
  CHECK((saved.coverage.ipv4 && !saved.coverage.ipv6 && saved.coverage.filtered));
}

TEST_CASE("text of /proc from which rows were taken out is not whole") {
  std::string tcp = test::fixture("recorded/tcp");
  const auto row = [&](int number) {
    return tcp.find("\n" + std::string(number < 10 ? "   " : "  ") + std::to_string(number) + ": ");
  };
  const std::string gap = tcp.substr(0, row(5)) + tcp.substr(row(9));
  const FileReading reading(gap);
  CHECK_FALSE(reading.coverage.complete);
  CHECK(reading.codes() == Codes{"rows_missing"});
  CHECK(reading.coverage.warnings[0].message == "rows are missing: their numbers jump from 4 to 9");
  const std::string tcp6 = test::fixture("recorded/tcp6");
  CHECK(FileReading(gap + tcp6).codes() == Codes{"rows_missing"});
  CHECK(FileReading(tcp + tcp6).codes().empty());
  // A later sample is whole.
  CHECK(FileReading(gap + tcp).codes() == Codes{"several_samples"});
  CHECK(FileReading(tcp + gap).codes() == Codes{"rows_missing", "several_samples"});
}

TEST_CASE("what text of /proc does not tell cannot be selected") {
  filter::Query query;
  query.filter.needs.netlink_word = "FWMARK";
  CHECK(FileReading(test::fixture("recorded/tcp"), {}, query)
            .failed.starts_with("cannot filter by fwmark in text of /proc"));
  CHECK(FileReading(test::fixture("recorded/tcpstat.ndjson"), {}, query).failed.empty());
  query = {};
  query.filter.states = {State::close};
  const FileReading close(test::fixture("recorded/tcp"), {}, query);
  CHECK(close.codes() == Codes{"states_not_saved"});
  CHECK_FALSE(close.coverage.complete);
}

TEST_CASE("what a saved list did not see, its reader does not see either") {
  const auto list = [](std::string_view more) {
    return FileReading(R"({"type":"summary","snapshot":1,)" + std::string(more) +
                       R"(,"summary":{"by_state":{"established":0,"listen":0,"close":null}}})");
  };
  const FileReading whole = list(R"("complete":true,"limited":false,"filtered":false)");
  CHECK(whole.coverage.complete);
  CHECK(whole.codes().empty());
  CHECK(whole.coverage.visible.has(State::established));
  CHECK_FALSE(whole.coverage.visible.has(State::close));
  const FileReading open_alone(
      R"({"type":"summary","snapshot":1,"complete":true,"summary":{"by_state":{"listen":null}}})");
  CHECK_FALSE(open_alone.coverage.visible.has(State::listen));
  CHECK(open_alone.codes() == Codes{"states_not_saved"});
  CHECK_FALSE(open_alone.coverage.complete);
  const FileReading partial = list(R"("complete":false,"warnings":[{"code":"x","message":"left out 1 row"}])");
  CHECK_FALSE(partial.coverage.complete);
  REQUIRE(partial.codes() == Codes{"saved_partial"});
  CHECK(partial.coverage.warnings[0].message.ends_with("left out 1 row"));
  for (const std::string_view unsaid : {R"("complete":null)", R"("complete":"true")", R"("x":1)"}) {
    CAPTURE(unsaid);
    CHECK(list(unsaid).codes() == Codes{"saved_partial"});
    CHECK_FALSE(list(unsaid).coverage.complete);
  }
  CHECK(list(R"("complete":true,"limited":true)").codes() == Codes{"saved_limited"});
  CHECK_FALSE(list(R"("complete":true,"limited":true)").coverage.complete);
  CHECK(list(R"("complete":true,"filtered":true)").codes() == Codes{"saved_filtered"});
}

std::string message(unsigned state, std::uint16_t port = 40000, std::uint16_t type = SOCK_DIAG_BY_FAMILY) {
  return test::framed(
      test::Message(test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", port), state).payload(), type);
}

TEST_CASE("of several dumps the last is shown, and said to be") {
  const std::string dump = test::fixture("recorded/ss-all.dump");
  const FileReading three(dump + dump + dump);
  CHECK(three.recorder.rows.size() == 97);
  CHECK(three.coverage.duplicates_dropped == 0);
  CHECK(three.coverage.complete);
  REQUIRE(three.codes() == Codes{"several_samples"});
  CHECK(three.coverage.warnings[0].message.find("3 samples; showing the last; --sample chooses") != std::string::npos);
  const FileReading states(message(1) + test::done() + message(8) + test::done());
  REQUIRE(states.recorder.rows.size() == 1);
  CHECK(states.recorder.rows[0].find("CLOSE_WAIT") != std::string::npos);
  // A last dump that was cut is the last one all the same.
  const FileReading cut(dump + message(1));
  CHECK(cut.recorder.rows.size() == 1);
  CHECK(cut.codes() == Codes{"no_end", "several_samples"});
  // Without an end between them they cannot be told apart: what came later counts.
  const FileReading endless(message(1) + message(1, 40001) + message(8) + message(1, 40001));
  REQUIRE(endless.recorder.rows.size() == 2);
  CHECK(endless.recorder.rows[0].find("CLOSE_WAIT") != std::string::npos);
  CHECK_FALSE(endless.coverage.complete);
}

/// Of the first part of a dump, with the message that ends it.
std::size_t size_of_part(std::string_view dump) {
  for (std::size_t at = 0;;) {
    nlmsghdr header;
    REQUIRE(at + sizeof header <= dump.size());
    std::memcpy(&header, dump.data() + at, sizeof header);
    at += NLMSG_ALIGN(std::size_t{header.nlmsg_len});
    if (header.nlmsg_type == NLMSG_DONE) return at;
  }
}

TEST_CASE("a family of which a dump has neither a row nor an end is not known") {
  const auto families = [](const FileReading& reading) {
    return std::string(reading.coverage.ipv4 ? "4" : "-") + (reading.coverage.ipv6 ? "6" : "-");
  };
  const std::string one = test::fixture("recorded/ss-ipv4.dump");
  const std::string both = test::fixture("recorded/ss-all.dump");
  const std::size_t first_part = size_of_part(both);
  const FileReading alone(one);
  CHECK(families(alone) == "4-");
  CHECK(alone.coverage.complete);
  CHECK(families(FileReading(both)) == "46");
  CHECK(families(FileReading(both.substr(0, first_part))) == "4-");
  CHECK(families(FileReading(both.substr(first_part))) == "-6");
  filter::Query query;
  query.filter.ipv4 = false;
  const FileReading asked(one, {}, query);
  CHECK_FALSE(asked.coverage.complete);
  CHECK(asked.codes() == Codes{"family_not_saved"});
  // Each end without a row is that of one more.
  CHECK(families(FileReading(one + test::done())) == "46");
  CHECK(families(FileReading(test::done() + one)) == "46");
  const FileReading none(test::done() + test::done());
  CHECK(families(none) == "46");
  CHECK(none.coverage.complete);
  const FileReading nameless(test::done());
  CHECK(families(nameless) == "--");
  CHECK(nameless.codes() == Codes{"family_not_saved"});
  CHECK_FALSE(nameless.coverage.complete);
  // That is so of each of several samples.
  CHECK(families(FileReading(both + one)) == "4-");
  CHECK(families(FileReading(one + test::done() + one + test::done())) == "46");
  CHECK(families(FileReading(test::done() + one + test::done() + one)) == "46");
  // What answers a request without a family is of all.
  CHECK(families(FileReading(message(1, 40000, TCPDIAG_GETSOCK) + test::done())) == "46");
}

TEST_CASE("each sample can be asked for, and one that is not there is refused") {
  const std::string file = message(1) + test::done() + message(8) + test::done() + message(6) + test::done();
  constexpr std::string_view kStates[] = {"ESTABLISHED", "CLOSE_WAIT", "TIME_WAIT"};
  for (std::uint64_t number = 1; number <= 3; ++number) {
    source::SourceOptions options;
    options.sample = number;
    const FileReading reading(file, options);
    REQUIRE(reading.recorder.rows.size() == 1);
    CHECK(reading.recorder.rows[0].find(kStates[number - 1]) != std::string::npos);
    CHECK(reading.codes().empty());
  }
  source::SourceOptions options;
  options.sample = 4;
  CHECK(FileReading(file, options).failed.find("it has 3 samples") != std::string::npos);
}

TEST_CASE("text that was appended again and again has samples, and two families are one") {
  const std::string one = test::fixture("recorded/tcp") + test::fixture("recorded/tcp6");
  CHECK(FileReading(one).codes().empty());
  const FileReading two(one + one);
  CHECK(two.recorder.rows.size() == 97);
  CHECK(two.codes() == Codes{"several_samples"});
}

TEST_CASE("samples of text have no time to choose one by") {
  const std::string text = test::fixture("recorded/tcp") + test::fixture("recorded/tcp6");
  source::SourceOptions options;
  options.at = std::chrono::seconds(1'764'000'000);
  const FileReading reading(text + text, options);
  CHECK(reading.recorder.rows.empty());
  CHECK(reading.failed.ends_with(
      " at 2025-11-24T16:00:00.000Z: its samples have no time (choose by number: --sample N)"));
}

TEST_CASE("samples of ndjson are told apart by what their lines say, and the last one gives the facts") {
  const auto line = [](std::string_view time, std::string_view host, std::string_view user, int port) {
    return R"({"type":"connection","time":")" + std::string(time) + R"(","host":")" + std::string(host) +
           R"(","snapshot":1,"state":"ESTABLISHED","local_address":"192.0.2.1","local_port":)" + std::to_string(port) +
           R"(,"remote_address":"192.0.2.2","remote_port":1,"uid":7,"user":")" + std::string(user) + "\"}\n";
  };
  const auto end = [](std::string_view time, std::string_view host) {
    return R"({"type":"summary","time":")" + std::string(time) + R"(","host":")" + std::string(host) +
           R"(","kernel":"6.1","snapshot":1,"complete":true})" + "\n";
  };
  const std::string first = "2026-11-23T21:22:08.000Z";
  const std::string second = "2026-11-23T21:22:12.000Z";
  const FileReading reading(line(first, "web1", "eve", 1) + line(first, "web1", "eve", 2) + end(first, "web1") +
                            line(second, "web2", "bob", 3) + end(second, "web2"));
  CHECK(reading.recorder.rows.size() == 1);
  CHECK(reading.coverage.complete);
  CHECK(reading.facts.host == "web2");
  CHECK(reading.facts.kernel == "6.1");
  CHECK(reading.facts.time == second);
  REQUIRE(reading.codes() == Codes{"several_samples"});
  CHECK(reading.coverage.warnings[0].message.find("2 samples, 21:22:08 to 21:22:12; showing the last") !=
        std::string::npos);
  // The last list may be empty, or without its end.
  CHECK(FileReading(line(first, "a", "b", 1) + end(first, "a") + end(second, "a")).recorder.rows.empty());
  const FileReading cut(line(first, "a", "b", 1) + end(first, "a") + line(second, "a", "b", 1));
  CHECK(cut.codes() == Codes{"no_end", "several_samples"});
  // Lines that name no sample belong to the one around them.
  CHECK(FileReading("[]\n" + line(first, "a", "b", 1) + "{}\n" + end(first, "a")).codes().empty());
}

TEST_CASE("the byte order follows from the local ends of the whole file, unless it is given") {
  const std::string hint =
      "   0: 7F000001:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 9999 1 0 1\n";
  std::string text = test::lines_of(test::fixture("recorded/tcp"))[0] + "\n";
  for (int port = 1; port <= 2000; ++port) {
    char line[200];
    std::snprintf(line, sizeof line,
                  "   0: C000020A:%04X C6336407:0050 01 00000000:00000000 00:00000000 00000000 0 0 %d 1 0 1 2\n", port,
                  port);
    text += line;
  }
  source::SourceOptions options;
  if (std::endian::native == std::endian::little) {
    const FileReading late(text + hint);
    REQUIRE(late.recorder.rows.size() == 2001);
    CHECK(late.recorder.rows[0].find("192.0.2.10") != std::string::npos);
    CHECK(late.recorder.rows[0].find("198.51.100.7") != std::string::npos);
    CHECK(late.codes() == Codes{"byte_order"});
    const FileReading hostile(test::fixture("written/reversed-remotes-tcp"));
    CHECK(hostile.codes().empty());
    CHECK(hostile.recorder.rows[0].find("192.0.2.10") != std::string::npos);
    CHECK(hostile.recorder.rows[0].find("1.0.0.127") != std::string::npos);
  }
  options.byte_order = std::endian::big;
  const FileReading big(text, options);
  CHECK(big.recorder.rows[0].find("192.0.2.10") != std::string::npos);
  CHECK(big.codes().empty());
  options.byte_order = std::endian::little;
  CHECK(FileReading(text + hint, options).recorder.rows[0].find("10.2.0.192") != std::string::npos);
}

TEST_CASE("a byte order that is given changes nothing where rows are no text of /proc, and that is said") {
  source::SourceOptions options;
  options.byte_order = std::endian::native == std::endian::little ? std::endian::big : std::endian::little;
  for (const char* name : {"recorded/ss-all.dump", "recorded/tcpstat.ndjson"}) {
    CAPTURE(name);
    const FileReading reading(test::fixture(name), options);
    REQUIRE(reading.codes() == Codes{"byte_order"});
    CHECK(reading.coverage.warnings[0].message.ends_with(" is no text of /proc: --byte-order changes nothing"));
    CHECK(reading.recorder.rows == FileReading(test::fixture(name)).recorder.rows);
    CHECK(reading.coverage.complete);
  }
}

TEST_CASE("what another program or host has to read first says so") {
  struct Row {
    std::string content;
    std::string_view says;
  };
  std::string foreign = test::framed("", NLMSG_NOOP);
  std::reverse(foreign.begin(), foreign.begin() + 4);
  std::reverse(foreign.begin() + 4, foreign.begin() + 6);
  const std::string udp =
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
      "drops\n"
      " 1117: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 999 2 0 0\n";
  const Row rows[] = {
      {"\x1f\x8b\x08 and so on", "| tcpstat --source -"},
      {foreign, "of the other byte order"},
      {"PERFILE2 and so on", "perf script"},
      {"\x17\x08\x44tracing6", "trace-cmd report"},
      {udp, "other sockets than TCP's"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.says);
    CHECK(FileReading(row.content).failed.find(row.says) != std::string::npos);
  }
  const FileReading mixed(udp + test::fixture("recorded/tcp") + udp);
  CHECK(mixed.recorder.rows.size() == 32);
  CHECK(mixed.coverage.complete);
  CHECK(mixed.codes() == Codes{"other_tables"});
}

TEST_CASE("an error that a dump records is told, and reading goes on") {
  const std::string dump = test::fixture("recorded/ss-ipv4.dump");
  const FileReading reading(test::framed_number(NLMSG_ERROR, -ENOENT) + dump);
  CHECK(reading.recorder.rows.size() == 32);
  CHECK_FALSE(reading.coverage.complete);
  REQUIRE(reading.coverage.warnings.size() == 1);
  CHECK(reading.coverage.warnings[0].code == "dump_failed");
}

TEST_CASE("files larger than a block are read to their end") {
  std::string text = test::lines_of(test::fixture("recorded/tcp"))[0] + "\n";
  std::string dump;
  for (std::uint16_t port = 1; port <= 2000; ++port) {
    char line[200];
    std::snprintf(
        line, sizeof line,
        "%4u: 010200C0:01BB 076433C6:%04X 01 00000000:00000000 00:00000000 00000000  1000        0 %u 1 0 1 2\n",
        port - 1U, port, port);
    text += line;
    dump += test::framed(
        test::Message(test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", port), 1).payload());
  }
  REQUIRE(text.size() > 3 * 65536);
  REQUIRE(dump.size() > 2 * 65536);
  for (const std::string& content : {text, dump, dump + test::done()}) {
    const FileReading reading(content);
    CHECK(reading.recorder.rows.size() == 2000);
    CHECK(reading.coverage.complete == (content != dump));
  }
}

TEST_CASE("blank lines before the first row are passed over, however many there are") {
  const std::string text = std::string(70'000, '\n') + test::fixture("recorded/tcp");
  const FileReading blanks(text);
  CHECK(blanks.failed == "");
  CHECK(blanks.coverage.complete);
  CHECK(blanks.recorder.rows.size() == FileReading(text.substr(70'000)).recorder.rows.size());
  CHECK(FileReading(text.substr(69'900)).recorder.rows.size() == blanks.recorder.rows.size());
  CHECK(FileReading(std::string(70'000, '\n')).codes() == Codes{"empty_source"});
}

TEST_CASE("an empty file holds no rows, and an unknown one is refused") {
  struct Row {
    std::string_view name;
    std::string content;
    std::string_view failed;
  };
  const Row rows[] = {
      {"nothing", "", ""},
      {"blank lines", " \n\n", ""},
      {"text", "hello\nworld\n", "this is no format that tcpstat knows"},
      {"bytes", std::string(1000, '\xFE'), "this is no format that tcpstat knows"},
      {"zeros", std::string(1000, '\0'), "this is no format that tcpstat knows"},
      {"a document of many lines", "{\n  \"connections\": []\n}\n",
       "it is a JSON document, and rows are read from lines"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const FileReading reading(row.content);
    CAPTURE(reading.failed);
    CHECK(reading.recorder.rows.empty());
    if (row.failed.empty()) {
      CHECK(reading.failed.empty());
    } else {
      CHECK(reading.failed.find(row.failed) != std::string::npos);
    }
  }
}

TEST_CASE("facts about the host are the file's or unknown") {
  const FileReading ndjson(test::fixture("recorded/tcpstat.ndjson"));
  CHECK(ndjson.facts.host == "lab");
  CHECK(ndjson.facts.kernel == "6.18.44");
  CHECK(ndjson.facts.netns.has_value());
  FileReading text(test::fixture("recorded/tcp"));
  CHECK_FALSE(text.facts.host);
  CHECK_FALSE(text.facts.kernel);
  CHECK_FALSE(text.facts.netns);
}

TEST_CASE("ages are unknown in files of a kernel, because its sysctls are") {
  // TIME_WAIT's length is a constant and no sysctl.
  const FileReading reading(test::fixture("recorded/legacy.dump"));
  for (const std::string& row : reading.recorder.rows) {
    if (row.find(R"("state":"TIME_WAIT")") != std::string::npos) continue;
    CAPTURE(row);
    CHECK(row.find(R"("age_ms":null)") != std::string::npos);
  }
}

TEST_CASE("a sink that wants no more ends the reading of every kind") {
  for (const std::string_view file : {"recorded/tcp", "recorded/ss-all.dump", "recorded/tcpstat.ndjson"}) {
    CAPTURE(file);
    const auto source = make_file_source({}, test::fixture_path(file));
    RunFacts facts;
    Coverage coverage;
    test::Recorder recorder;
    recorder.stop_at = 3;
    REQUIRE(source->prepare(facts));
    REQUIRE(source->read({}, recorder, coverage));
    CHECK(recorder.rows.size() == 3);
    CHECK(coverage.complete);
  }
}

TEST_CASE("what cannot be opened or is a directory is an error with its reason") {
  RunFacts facts;
  const auto missing = make_file_source({}, "/nonexistent/file")->prepare(facts);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().sentence() == "cannot open /nonexistent/file: No such file or directory");
  const auto directory = make_file_source({}, "/proc")->prepare(facts);
  REQUIRE_FALSE(directory);
  CHECK(directory.error().code == EISDIR);
}

}  // namespace
}  // namespace tcpstat::logs
