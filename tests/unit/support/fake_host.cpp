#include "support/fake_host.h"

namespace tcpstat::test {

std::chrono::system_clock::time_point FakeClock::wall_time() const {
  constexpr std::chrono::seconds kStart{1'764'000'000};
  return std::chrono::system_clock::time_point(kStart +
                                               std::chrono::duration_cast<std::chrono::system_clock::duration>(passed));
}

std::string FakeHost::asked() const {
  std::string text;
  for (const std::string& call : calls) text += (text.empty() ? "" : ", ") + call;
  return text;
}

Expected<void> FakeHost::read(const filter::Query& query, Sink& sink, Coverage& coverage) {
  std::string call = at() + "read";
  if (query.states == StateSet::all()) call += " all";
  for (const StateInfo& state : states()) {
    if (query.states != StateSet::all() && query.states.has(state.state)) call += " " + std::string(state.name);
  }
  calls.push_back(call);
  last_query = query;
  if (dumps.empty()) return {};
  const FakeDump dump = dumps.front();
  if (dumps.size() > 1) dumps.pop_front();
  time.passed += dump.takes;
  for (const Connection& row : dump.connections) {
    if (!query.states.has(row.state)) continue;
    ++coverage.rows_read;
    if (sink.connection(row) == Flow::stop) return {};
  }
  for (const Listener& row : dump.listeners) {
    if (!query.states.has(State::listen)) continue;
    ++coverage.rows_read;
    if (sink.listener(row) == Flow::stop) return {};
  }
  coverage.ipv6 = dump.ipv6;
  for (const Flaw flaw : dump.flaws) coverage.add(flaw);
  for (const Warning& warning : dump.warnings) coverage.warn(warning.code, warning.message);
  coverage.chosen_part = dump.counted.has_value();
  coverage.counted = dump.counted;
  if (dump.error) return tl::make_unexpected(*dump.error);
  return {};
}

void FakeHost::read_half_opens_from_proc(Family family, std::uint64_t most_rows, Sink& sink) {
  calls.push_back(at() + "half-opens from proc");
  for (const Connection& row : half_opens_in_proc) {
    if (row.family != family) continue;
    if (most_rows-- == 0 || sink.connection(row) == Flow::stop) return;
  }
}

Expected<const OwnerLookup*> FakeHost::owners() {
  calls.push_back(at() + "owners");
  if (owners_error) return tl::make_unexpected(*owners_error);
  if (looked_for_owners_ && second_owner_search) owner_search = *second_owner_search;
  looked_for_owners_ = true;
  return &lookup_;
}

std::optional<std::uint64_t> FakeHost::open_files_limit(std::uint32_t pid) const {
  const auto found = open_files.find(pid);
  return found == open_files.end() ? std::nullopt : std::optional(found->second);
}

KernelFacts FakeHost::look_at_kernel() const {
  KernelFacts facts = kernel.front();
  if (kernel.size() > 1) kernel.pop_front();
  facts.boot_time = time.passed_ms();
  return facts;
}

KernelFacts FakeHost::kernel_facts() const {
  calls.push_back(at() + "facts");
  return look_at_kernel();
}

KernelCounters FakeHost::kernel_counters() const {
  calls.push_back(at() + "counters");
  return look_at_kernel().counters;
}

Expected<void> FakeHost::read_tracked_flows(TrackedFlowSink& sink) const {
  calls.push_back(at() + "tracked flows");
  if (tracking_error) return tl::make_unexpected(*tracking_error);
  for (const TrackedFlow& flow : tracked_flows) sink.flow(flow);
  return {};
}

std::span<const Owner> FakeHost::Lookup::owners_of(std::uint64_t inode) const {
  const auto found = host_.owners_by_inode.find(inode);
  return found == host_.owners_by_inode.end() ? std::span<const Owner>{} : std::span<const Owner>(found->second);
}

}  // namespace tcpstat::test
