#include "record/recorded_facts.h"

#include <array>
#include <charconv>
#include <string>
#include <type_traits>

#include "record/bytes.h"
#include "record/history_builder.h"

namespace tcpstat::record {
namespace {

constexpr std::string_view kOpenFiles = "open_files";
constexpr std::string_view kOfState = "state";
constexpr std::array kFamilies = {Family::ipv4, Family::ipv6};

/// Calls `each(name, value)` for every count that has a value.
template <typename Each>
void for_each_count(const Table& counts, Each&& each) {
  for (std::size_t slot = 0; slot < counts.slots(); ++slot) {
    if (!counts.is_used(slot)) continue;
    const auto row = counts.row(slot);
    if (const auto value = from_cell(row[kCountValue])) each(counts.word(row[kCountName]), *value);
  }
}

/// Calls `each(kind, key, value)` for every value that is kept.
template <typename Facts, typename Each>
void for_each_fact(Facts& facts, Each&& each) {
  for (const auto& info : kKernelCounters) each("counter", info.key, facts.counters.*info.member);
  for (const auto& info : kFilterCounters) each("filter", info.key, facts.filters.*info.member);
  for (const auto& info : kSocketUsage) each("usage", info.key, facts.usage.*info.member);
  auto& settings = facts.settings;
  for (const auto& info : kTimerSettings) each("setting", info.key, settings.*info.member);
  for (const auto& info : kOtherSettings) each("setting", info.key, settings.*info.member);
  each("setting", "first_local_port", settings.first_local_port);
  each("setting", "last_local_port", settings.last_local_port);
  each("setting", "reserved_ports", settings.reserved_ports);
  each("setting", "tcp_mem_low_pages", settings.tcp_mem_pages[0]);
  each("setting", "tcp_mem_pressure_pages", settings.tcp_mem_pages[1]);
  each("setting", "tcp_mem_high_pages", settings.tcp_mem_pages[2]);
}

}  // namespace

void add_facts(const KernelFacts& facts, CountsPacker& to) {
  for_each_fact(facts, [&to](std::string_view kind, std::string_view key, const auto& value) {
    using Number = typename std::remove_cvref_t<decltype(value)>::value_type;
    std::optional<std::uint64_t> number;
    if (value) number = static_cast<std::uint64_t>(*value);
    // A setting may be -1, which a cell cannot hold.
    if (value && std::is_signed_v<Number>) number = zigzag(0, *number);
    to.add(kind, key, number);
  });
}

KernelFacts facts_from(const Table& counts) {
  std::unordered_map<std::string_view, std::uint64_t> values;
  for_each_count(counts, [&values](std::string_view name, std::uint64_t value) { values[name] = value; });
  KernelFacts facts;
  for_each_fact(facts, [&values](std::string_view kind, std::string_view key, auto& value) {
    using Number = typename std::remove_cvref_t<decltype(value)>::value_type;
    const auto found = values.find(std::string(kind).append("/").append(key));
    if (found == values.end()) return;
    value = static_cast<Number>(std::is_signed_v<Number> ? unzigzag(0, found->second) : found->second);
  });
  return facts;
}

void add_states(const Tally& tally, StateSet counted, CountsPacker& to) {
  for (const Family family : kFamilies) {
    for (const StateInfo& state : states()) {
      if (!counted.has(state.state)) continue;
      to.add(kOfState, count_name::state(name(family), state.name), tally.count(state.state, family));
    }
  }
}

Tally states_from(const Table& counts) {
  Tally tally;
  for_each_count(counts, [&tally](std::string_view counted, std::uint64_t value) {
    if (!counted.starts_with(kOfState)) return;
    for (const Family family : kFamilies) {
      for (const StateInfo& state : states()) {
        std::string own(kOfState);
        own.append("/").append(count_name::state(name(family), state.name));
        if (counted == own) tally.add(state.state, family, value);
      }
    }
  });
  return tally;
}

void add_open_files(const std::vector<OpenFilesLimit>& limits, CountsPacker& to) {
  for (const OpenFilesLimit& one : limits) to.add(kOpenFiles, std::to_string(one.pid), one.limit);
}

std::vector<OpenFilesLimit> open_files_from(const Table& counts) {
  std::vector<OpenFilesLimit> limits;
  for_each_count(counts, [&limits](std::string_view name, std::uint64_t value) {
    if (!name.starts_with(kOpenFiles) || name.size() <= kOpenFiles.size()) return;
    OpenFilesLimit one{.limit = value};
    const char* const end = name.data() + name.size();
    const auto pid = std::from_chars(name.data() + kOpenFiles.size() + 1, end, one.pid);
    if (name[kOpenFiles.size()] == '/' && pid.ec == std::errc{} && pid.ptr == end) limits.push_back(one);
  });
  return limits;
}

}  // namespace tcpstat::record
