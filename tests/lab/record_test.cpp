// What a record holds of real sockets, and that every reader says what it does not hold.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "command.h"
#include "every_state_fixture.h"
#include "failure.h"
#include "folder.h"
#include "pairs.h"
#include "population.h"

namespace tcpstat::lab {
namespace {

nlohmann::json document_of(const std::vector<std::string>& words) {
  return nlohmann::json::parse(tcpstat(words).out, nullptr, false);
}

std::uintmax_t bytes_of(const std::string& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) bytes += file.file_size();
  return bytes;
}

TEST_SUITE("record") {
  TEST_CASE("a sample of a flood keeps a part, true counts, and says both") {
    constexpr std::uint64_t kKeptOfListener = 1000;
    enter_namespace();
    Mix mix;
    mix.established = 40;
    mix.half_open = 6000;
    mix.listeners = 1;
    mix.ipv6_percent = 0;
    const Population population(mix);
    const Folder folder;
    const std::string record = folder / "record";
    const Outcome written = tcpstat({"record", "--record", record, "--interval", "1", "--count", "3"});
    REQUIRE_MESSAGE(written.exit_code == 0, written.err);
    // A row of a key frame takes about 15 bytes, and nothing changes afterwards.
    CHECK(bytes_of(record) < 30 * (kKeptOfListener + population.established()));

    const std::string told = "of " + std::to_string(population.rows()) + " sockets " +
                             std::to_string(kKeptOfListener + population.established() + population.listeners()) +
                             " were recorded";
    const auto summary = document_of({"summary", "--json", "--record", record});
    REQUIRE(summary.is_object());
    CHECK(summary["summary"]["by_state"]["syn_recv"] == population.half_open());
    CHECK(summary["summary"]["by_state"]["established"] == population.established());
    CHECK(summary["complete"] == false);
    CHECK(summary["warnings"].dump().find(told) != std::string::npos);
    CHECK(tcpstat({"summary", "--strict", "--record", record}).exit_code == 2);

    const auto listeners = document_of({"-l", "--json", "--record", record});
    REQUIRE(listeners.is_object());
    std::uint64_t half_open = 0;
    for (const auto& row : listeners["connections"]) half_open += row["syn_recv"].get<std::uint64_t>();
    CHECK(half_open == population.half_open());

    const Outcome checked = tcpstat({"check", "--record", record});
    CHECK(checked.exit_code != 0);
    CHECK(checked.out.find(told) != std::string::npos);
    CHECK(checked.out.find("not seen: the table was not read as a whole") != std::string::npos);
    CHECK(checked.out.find(", about ") == std::string::npos);
    // The queue is judged by all half-opens, too.
    CHECK(checked.out.find("queue " + std::to_string(population.half_open()) + " of ") != std::string::npos);
    const std::string drawn = "| syn_recv=" + std::to_string(population.half_open()) + ";";
    CHECK(checked.out.find(drawn) != std::string::npos);
    // Of a part that a filter chose, and of rows without their counts, nobody knows how many there were.
    CHECK(tcpstat({"check", "--record", record, "--remote", "10.0.0.0/8"}).out.find("| syn_recv=U;") !=
          std::string::npos);
    std::string rows;
    for (const auto& file : std::filesystem::directory_iterator(record)) {
      if (file.path().filename().string().starts_with("rows-")) rows = file.path();
    }
    const Outcome alone = tcpstat({"check", "--record", rows});
    CHECK(alone.out.find("| syn_recv=U;") != std::string::npos);
    CHECK(alone.out.find("the numbers of all are not in this file") != std::string::npos);

    const auto history = document_of({"history", "--json", "--record", record});
    REQUIRE(history.is_object());
    bool found = false;
    for (const auto& series : history["series"]) {
      if (series["name"] != "SYN_RECV") continue;
      found = true;
      for (const auto& value : series["values"]) CHECK(value == population.half_open());
    }
    CHECK(found);
  }

  TEST_CASE("a leak is judged as it was") {
    enter_namespace();
    const PairMaker maker({Address::parse("127.2.0.1"), 3000});
    std::vector<Handle> ends;
    for (int i = 0; i < 30; ++i) maker.make(ends, Ending::fin);
    // One end of each pair closes; this program reads that at the other end, and does not close.
    for (std::size_t i = 0; i < ends.size(); i += 2) {
      ends[i] = Handle();
      char byte = 0;
      check(::recv(ends[i + 1].get(), &byte, 1, 0), "reading the end");
    }
    const Folder folder;
    const std::string record = folder / "record";
    const Outcome written = tcpstat({"record", "--record", record, "--interval", "1", "--count", "3"});
    REQUIRE_MESSAGE(written.exit_code == 0, written.err);
    const std::vector<std::string> asked = {"check", "--json", "--threshold", "close-wait-leak.age_s=0.1"};
    const auto leaks = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
      words.insert(words.end(), more.begin(), more.end());
      std::string out;
      const auto document = document_of(words);
      for (const auto& finding : document["findings"]) {
        if (finding["rule"] != "close-wait-leak") continue;
        out += finding["severity"].get<std::string>() + " " + finding["subject"].dump() + " " + finding["value"].dump();
      }
      return out;
    };
    const std::string live = leaks(asked, {});
    CAPTURE(live);
    CHECK(live.starts_with("warning "));
    CHECK(leaks(asked, {"--record", record}) == live);
  }
}

}  // namespace
}  // namespace tcpstat::lab
