#include "screen/live_sampler.h"

#include <time.h>

#include <algorithm>
#include <array>

#include "render/device_names.h"

namespace tcpstat::screen {
namespace {

using std::chrono::milliseconds;

/// More sockets than this are read without tcp_info and owners: the kernel locks each socket for its tcp_info.
constexpr std::uint64_t kMostInDepth = 20'000;
/// The share of one processor that samples may take: a screen left open for a day must not keep the machine busy.
constexpr int kMostPercent = 20;
constexpr std::size_t kMostEvents = 1000;
constexpr std::size_t kHistory = 240;

milliseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::duration_cast<milliseconds>(std::chrono::seconds(used.tv_sec) +
                                                  std::chrono::nanoseconds(used.tv_nsec));
}

std::string local_time(const Clock& clock) {
  const time_t now = std::chrono::system_clock::to_time_t(clock.wall_time());
  tm local{};
  ::localtime_r(&now, &local);
  std::array<char, 16> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &local)};
}

std::string change_text(const Transition& of) {
  const auto word = [](ObservedState state, const char* absent) {
    return state == ObservedState::absent() ? std::string(absent) : std::string(name(state));
  };
  return word(of.from, "new") + " > " + word(of.to, kGone);
}

std::uint64_t sockets_in_use(const KernelFacts& facts) {
  return facts.usage.inuse.value_or(0) + facts.usage.inuse6.value_or(0) + facts.usage.tw.value_or(0);
}

/// Before the first sample. Asking several namespaces costs as much as a sample, so that the first sample tells.
std::uint64_t sockets_known(const Host& host) {
  return host.is_file() || host.spans_namespaces() ? 0 : sockets_in_use(host.kernel_facts());
}

filter::Filter every_state(filter::Filter filter) {
  filter.states = StateSet::all();
  return filter;
}

}  // namespace

LiveSampler::LiveSampler(Host& host, const filter::Filter& filter)
    : host_(host),
      check_(host, filter),
      filter_(every_state(filter)),
      judge_([this](const Transition& transition, const Judgement& judgement) { return note(transition, judgement); }),
      diffs_(filter_, judge_),
      rates_(host.clock()),
      sockets_(sockets_known(host)) {}

milliseconds LiveSampler::interval(milliseconds wanted) const { return std::max(wanted, cost_ * 100 / kMostPercent); }

void LiveSampler::take(const Wanted& wanted, bool owners_wanted, LiveData& data, Look look) {
  const milliseconds before = processor_time();
  data_ = &data;
  ++data.looks;
  data.local_time = local_time(host_.clock());
  data.now = host_.clock().now();
  data.depth = sockets_ <= kMostInDepth || owners_wanted ? check::Depth::whole : check::Depth::rows;
  auto rows = std::make_unique<RowWindow>(wanted, host_.names());
  // Columns of tcp_info have rates beside them.
  Sink& shown = owners_wanted ? rates_.begin(*rows) : *rows;
  if (look == Look::next) {
    ++data.samples;
    look_at_next(shown, data);
  } else {
    data.judged = check_.look(shown, data.depth);
  }
  rows->finish();
  data.rows = std::move(rows);
  data_ = nullptr;
  data.host = data.judged.reading.facts.host.value_or("");
  if (!data.judged.error) host_.keep_source();
  sockets_ = data.judged.reading.tally.total();
  cost_ = processor_time() - before;
}

void LiveSampler::look_at_next(Sink& rows, LiveData& data) {
  diffs_.begin(std::chrono::duration_cast<milliseconds>(data.now.time_since_epoch()));
  BothSinks both(diffs_, rows);
  data.judged = check_.look(both, data.depth);
  const Report& reading = data.judged.reading;
  // With a filter by owner, a socket may stop matching when its owner changes. Then a row that is missing is not gone.
  const bool may_vanish = !filter_.has_users() && !filter_.needs_owners();
  const bool whole = !data.judged.error && reading.coverage.complete && may_vanish;
  Coverage shown;
  shown.namespaces = reading.coverage.namespaces;
  for (NamespaceRead& one : shown.namespaces) one.complete = one.complete && may_vanish;
  diffs_.end(whole ? trace::SampleDiff::Sample::complete : trace::SampleDiff::Sample::partial, shown);
  if (data.judged.error) ++data.failed;
  if (data.judged.error || !reading.coverage.complete) ++data.partial;
  data.history.push_back(reading.counted().empty() ? std::nullopt : std::optional(reading.tally));
  if (data.history.size() > kHistory) data.history.pop_front();
}

std::string LiveSampler::local_text(const Transition& transition) const {
  if (!transition.local) return "*";
  TextBuffer out;
  const render::DeviceNames devices(host_.names(), host_.facts().netns);
  devices.append_end(out, *transition.local, transition.netns, transition.interface, render::Charset::ascii);
  return std::string(out.view());
}

Flow LiveSampler::note(const Transition& transition, const Judgement& judgement) {
  LiveData& data = *data_;
  ++data.event_count;
  const std::string local = transition.local ? to_string(*transition.local) : "*";
  const std::string remote = transition.remote ? to_string(*transition.remote) : "*";
  const std::uint64_t netns = transition.netns.value_or(0);
  // The other end on this host is told in the same sample.
  constexpr std::size_t kNear = 256;
  std::size_t looked = 0;
  for (Event& known : data.events) {
    if (known.sample != data.samples || ++looked > kNear) break;
    if (known.local != remote || known.remote != local || !known.peer_change.empty()) continue;
    // Each namespace has a loopback device of its own.
    if (known.netns != netns && transition.remote && transition.remote->address.is_loopback()) continue;
    known.peer_change = change_text(transition);
    if (judgement.verdict > known.verdict) {
      known.verdict = judgement.verdict;
      known.reason = judgement.reason;
    }
    return Flow::more;
  }
  data.events.push_front({data.local_time, local, remote, local_text(transition), netns, change_text(transition), "",
                          judgement.reason, judgement.verdict, data.samples});
  if (data.events.size() > kMostEvents) data.events.pop_back();
  return Flow::more;
}

}  // namespace tcpstat::screen
