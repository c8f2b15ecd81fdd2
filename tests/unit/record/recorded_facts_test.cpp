#include "record/recorded_facts.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::record {
namespace {

Table table_of(const KernelFacts& facts) {
  CountsPacker counts;
  counts.add("port", "80", 7);
  add_facts(facts, counts);
  TableEncoder encoder(count_columns(), 0);
  Table table;
  REQUIRE(table.apply_key(encoder.key(counts.take(), {})));
  return table;
}

TEST_CASE("each counter and setting comes back, and what was unknown is unknown") {
  KernelFacts facts;
  std::uint64_t next = 0;
  for (const auto& info : kKernelCounters) facts.counters.*info.member = next++;
  for (const auto& info : kFilterCounters) facts.filters.*info.member = next++;
  for (const auto& info : kSocketUsage) facts.usage.*info.member = next++;
  for (const auto& info : kTimerSettings) facts.settings.*info.member = static_cast<std::uint32_t>(next++);
  for (const auto& info : kOtherSettings) facts.settings.*info.member = -static_cast<std::int64_t>(next++);
  facts.settings.first_local_port = 1024;
  facts.settings.last_local_port = 65535;
  facts.settings.reserved_ports = 3;
  facts.settings.tcp_mem_pages = {1, std::nullopt, 3};
  const KernelFacts back = facts_from(table_of(facts));
  for (const auto& info : kKernelCounters) CHECK(back.counters.*info.member == facts.counters.*info.member);
  for (const auto& info : kFilterCounters) CHECK(back.filters.*info.member == facts.filters.*info.member);
  for (const auto& info : kSocketUsage) CHECK(back.usage.*info.member == facts.usage.*info.member);
  for (const auto& info : kTimerSettings) CHECK(back.settings.*info.member == facts.settings.*info.member);
  for (const auto& info : kOtherSettings) CHECK(back.settings.*info.member == facts.settings.*info.member);
  CHECK(back.settings.ephemeral_ports() == facts.settings.ephemeral_ports());
  CHECK(back.settings.tcp_mem_pages == facts.settings.tcp_mem_pages);

  const KernelFacts nothing = facts_from(table_of({}));
  for (const auto& info : kKernelCounters) CHECK_FALSE(nothing.counters.*info.member);
  for (const auto& info : kOtherSettings) CHECK_FALSE(nothing.settings.*info.member);
  CHECK_FALSE(nothing.settings.first_local_port);
}

TEST_CASE("limits of processes come back, and nothing else is taken for one") {
  CountsPacker counts;
  add_open_files({{.pid = 812, .limit = 1024}, {.pid = 1, .limit = 1'048'576}}, counts);
  counts.add("open_files", "nginx", 7);
  counts.add("open_files", "", 7);
  counts.add("open_filesystems", "5", 7);
  TableEncoder encoder(count_columns(), 0);
  Table table;
  REQUIRE(table.apply_key(encoder.key(counts.take(), {})));
  const auto limits = open_files_from(table);
  REQUIRE(limits.size() == 2);
  CHECK(limits[0].pid == 812);
  CHECK(limits[0].limit == 1024);
  CHECK(limits[1].pid == 1);
  CHECK(limits[1].limit == 1'048'576);
}

TEST_CASE("states that were counted come back by family, and no other count is taken for one") {
  Tally tally;
  tally.add(State::syn_recv, Family::ipv4, 6000);
  tally.add(State::syn_recv, Family::ipv6, 5);
  tally.add(State::close, Family::ipv4, 9);
  CountsPacker counts;
  counts.add("port", "80", 7);
  counts.add("states", "ipv4 SYN_RECV", 8);
  add_states(tally, StateSet::all() - StateSet{State::close}, counts);
  TableEncoder encoder(count_columns(), 0);
  Table table;
  REQUIRE(table.apply_key(encoder.key(counts.take(), {})));
  const Tally back = states_from(table);
  CHECK(back.count(State::syn_recv, Family::ipv4) == 6000);
  CHECK(back.count(State::syn_recv, Family::ipv6) == 5);
  CHECK(back.total() == 6005);
}

TEST_CASE("a setting of -1 is one") {
  KernelFacts facts;
  const auto& info = kOtherSettings.front();
  facts.settings.*info.member = -1;
  CHECK(facts_from(table_of(facts)).settings.*info.member == -1);
}

}  // namespace
}  // namespace tcpstat::record
