#include "parsers/bpf/bpf_trace.h"

#ifdef TCPSTAT_WITH_BPF

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <transitions.skel.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "base/file_descriptor.h"
#include "base/keyed_hash.h"
#include "parsers/bpf/bpf_record.h"
#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/fate_record.h"
#include "parsers/bpf/held_steps.h"
#include "parsers/bpf/kernel_symbols.h"
#include "parsers/bpf/minisockets.h"

namespace tcpstat::bpf {
namespace {

/// After this many records in a row, signals and output have their turn.
constexpr std::size_t kMostAtOnce = 4096;
/// If more than kMany records come in kManyIn_ns, the reader looks by itself, and is woken only if a quarter of the
/// ring waits: waking it is what costs. How many it takes at once tells nothing, because a reader that is woken for
/// each record takes them one by one.
constexpr std::size_t kMany = 64;
constexpr std::uint64_t kManyIn_ns = 20'000'000;
constexpr std::uint32_t kWakeAt = 1U << 20U;
constexpr int kPauseWhenBusy_ms = 20;
constexpr int kPauseWhenQuiet_ms = 100;
constexpr int kPauseWhenHolding_ms = 2;
constexpr int kStop = -ECANCELED;

std::uint64_t now_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000ULL + static_cast<std::uint64_t>(now.tv_nsec);
}

struct Destroy {
  void operator()(transitions* programs) const { transitions__destroy(programs); }
  void operator()(ring_buffer* ring) const { ::ring_buffer__free(ring); }
};

std::uint64_t misses_of(const bpf_program* program) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  return ::bpf_obj_get_info_by_fd(::bpf_program__fd(program), &info, &size) == 0 ? info.recursion_misses : 0;
}

/// What the first program missed and the second did not take.
std::uint64_t skipped_steps(const transitions& programs, std::uint64_t taken_twice) {
  const std::uint64_t missed = misses_of(programs.progs.guarded);
  const std::uint64_t found = programs.bss->rescued;
  const std::uint64_t rescued = found - std::min(found, taken_twice);
  return missed > rescued ? missed - rescued : 0;
}

class BpfTrace final : public TransitionSource {
 public:
  BpfTrace(std::shared_ptr<transitions> programs, Between between, bool tells_resets)
      : programs_(std::move(programs)), between_(std::move(between)), tells_resets_(tells_resets) {}

  Expected<void> open_ring() {
    const auto take = [](void* self, void* data, std::size_t size) {
      return static_cast<BpfTrace*>(self)->take({static_cast<const std::byte*>(data), size});
    };
    ring_.reset(::ring_buffer__new(::bpf_map__fd(programs_->maps.ring), take, this, nullptr));
    if (!ring_) return failure("read the ring buffer of the trace", errno);
    // Edges alone: otherwise each wait would end at once if a record had come since the last look, and the reader would
    // take records one by one. So would ring_buffer__poll(), which also takes records itself, unseen by adapt().
    epoll_event edge{.events = EPOLLIN | EPOLLET, .data = {}};
    wakes_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
    const int ring = ::bpf_map__fd(programs_->maps.ring);
    if (!wakes_ || ::epoll_ctl(wakes_.get(), EPOLL_CTL_ADD, ring, &edge) != 0) {
      return failure("read the ring buffer of the trace", errno);
    }
    return {};
  }

  Expected<void> read(ObservationSink& sink) override {
    sink_ = &sink;
    bool last = false;
    // Once: a clock that is set meanwhile must not lengthen what lasts between two records.
    since_1970_ns_ = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    while (flow_ == Flow::more && !last) {
      last = between_() == Flow::stop;
      epoll_event woken{};
      if (!last) ::epoll_wait(wakes_.get(), &woken, 1, pause_ms());
      const std::uint64_t now = now_ns(CLOCK_MONOTONIC);
      // Records that wait below the mark wake nobody. At the end, what has come until now is taken, but not what comes
      // while it is read.
      std::size_t rounds = last ? kRingRecords / kMostAtOnce + 1 : 1;
      do {
        taken_ = 0;
        const int code = ::ring_buffer__consume(ring_.get());
        if (code < 0 && code != kStop && code != -EINTR) return failure("read the ring buffer of the trace", -code);
        adapt();
        release(last ? UINT64_MAX : now);
        minisockets_.settle(last ? UINT64_MAX : now, [this](const Minisockets::Step& step) { tell(step); });
      } while (flow_ == Flow::more && taken_ >= kMostAtOnce && --rounds > 0);
      count_losses(last);
    }
    return {};
  }

 private:
  static constexpr std::size_t kRingRecords = (4U << 20U) / RING_SHORT;

  int take(std::span<const std::byte> bytes) {
    const auto record = read_record(bytes);
    if (!record) return 0;
    ++taken_;
    if (const std::uint64_t lost = losses_.before(*record); lost > 0) tell_lost(lost);
    const bool twice = record->kind == RING_TRANSITION && repeats_.is_repeat(*record);
    if (twice) ++taken_twice_;
    if (!twice) steps_.add(*record);
    if (!tells_resets_) release(UINT64_MAX);
    return flow_ == Flow::stop || taken_ >= kMostAtOnce ? kStop : 0;
  }

  [[nodiscard]] int pause_ms() const {
    if (taken_ >= kMostAtOnce) return 0;  // there is more
    if (busy_) return kPauseWhenBusy_ms;
    return steps_.empty() ? kPauseWhenQuiet_ms : kPauseWhenHolding_ms;
  }

  void release(std::uint64_t now) {
    steps_.release(now, [this](const HeldSteps::Step& step) {
      if (flow_ == Flow::stop) return;
      if (step.record.kind == RING_TRANSITION) return tell(step);
      minisockets_.add(step.record, [this](const Minisockets::Step& mini) { tell(mini); });
    });
  }

  void tell(const HeldSteps::Step& step) {
    const ring_record& record = step.record;
    auto transition = to_transition(record);
    if (!transition) return;
    if (tells_resets_) {
      transition->peer_reset = step.peer_reset;
      transition->reset_sent = step.reset_sent;
      transition->reset_reason = reset_reason(step.reason);
      // The kernel may have skipped our program when the RST was sent.
      const bool silent = step.reset_sent == false && transition->from != ObservedState(State::fin_wait2);
      if (silent && count_missed_resets()) transition->reset_sent.reset();
    }
    transition->actor_pid = step.companion.pid;
    transition->actor_name = step.companion.name.data();
    if ((record.flags & RING_HAS_MORE) != 0) tell_more(record, *transition);
    hand_on(*transition, record.socket, record.time);
  }

  static void tell_more(const ring_record& record, Transition& transition) {
    if (transition.to == ObservedState(State::close)) {
      transition.bytes_sent = record.sent;
      transition.bytes_received = record.received;
      transition.close_cause = close_cause(record.reason);
    } else if (record.began_ns <= record.time) {
      transition.handshake = EventTime((record.time - record.began_ns) / 1000);
    }
  }

  void tell(const Minisockets::Step& step) {
    Transition transition = socket_of(step.record);
    transition.from = step.from;
    transition.to = step.to;
    transition.body = step.body;
    transition.minisocket_end = step.end;
    if (step.body == Body::request) transition.tries = step.record.to;
    if (step.lasted_ns) transition.dwell = EventTime(*step.lasted_ns / 1000);
    hand_on(transition, step.record.socket, step.time_ns);
  }

  void hand_on(Transition& transition, std::uint64_t address, std::uint64_t time) {
    // The kernel's addresses help an attacker: what tells sockets apart is a hash of them.
    std::uint64_t words[] = {address};
    std::array<char, 16> socket{};
    const auto [end, error] = std::to_chars(socket.data(), socket.data() + socket.size(), hash_(words), 16);
    transition.socket = {socket.data(), static_cast<std::size_t>(end - socket.data())};
    transition.time = EventTime((since_1970_ns_ + time) / 1000);
    transition.line = ++records_;
    if (flow_ == Flow::more && sink_->transition(transition) == Flow::stop) flow_ = Flow::stop;
  }

  void tell_lost(std::uint64_t count) {
    steps_.lost();
    release(UINT64_MAX);
    minisockets_.lost();
    repeats_ = {};
    if (sink_->lost(count, records_ + 1) == Flow::stop) flow_ = Flow::stop;
  }

  /// Chooses how the reader is woken: to wake it for each record costs most if many come, and little if few come.
  void adapt() {
    taken_lately_ += taken_;
    const std::uint64_t now = now_ns(CLOCK_MONOTONIC);
    if (taken_lately_ <= kMany && now - lately_since_ns_ < kManyIn_ns) return;
    busy_ = taken_lately_ > kMany;
    taken_lately_ = 0;
    lately_since_ns_ = now;
    programs_->bss->wake_at = busy_ ? kWakeAt : 0;
  }

  void count_losses(bool last) {
    const std::uint64_t now = now_ns(CLOCK_MONOTONIC);
    if (!last && now - counted_ns_ < 1'000'000'000ULL) return;
    counted_ns_ = now;
    std::uint64_t dropped = 0;
    const std::uint32_t zero = 0;
    std::vector<std::uint64_t> of_processors(static_cast<std::size_t>(std::max(::libbpf_num_possible_cpus(), 1)));
    if (::bpf_map_lookup_elem(::bpf_map__fd(programs_->maps.dropped), &zero, of_processors.data()) == 0) {
      for (const std::uint64_t count : of_processors) dropped += count;
    }
    if (const std::uint64_t lost = losses_.up_to(dropped); lost > 0) tell_lost(lost);
    // The counts may be read between the two programs, so the difference may shrink again.
    const std::uint64_t skipped = skipped_steps(*programs_, taken_twice_);
    if (skipped > skipped_) tell_lost(skipped - skipped_);
    skipped_ = std::max(skipped_, skipped);
    if (tells_resets_) (void)count_missed_resets();
  }

  /// Whether there are more of them than last time.
  bool count_missed_resets() {
    const std::uint64_t missed = misses_of(programs_->progs.reset_received) + misses_of(programs_->progs.reset_sent);
    if (std::exchange(missed_resets_, missed) == missed) return false;
    steps_.lost();
    return true;
  }

  std::shared_ptr<transitions> programs_;
  std::unique_ptr<ring_buffer, Destroy> ring_;
  FileDescriptor wakes_;
  Between between_;
  ObservationSink* sink_ = nullptr;
  KeyedHash hash_;
  Repeats repeats_;
  Losses losses_;
  HeldSteps steps_;
  Minisockets minisockets_;
  bool tells_resets_;
  bool busy_ = false;
  Flow flow_ = Flow::more;
  std::size_t taken_ = 0;
  std::size_t taken_lately_ = 0;
  std::uint64_t lately_since_ns_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t since_1970_ns_ = 0;  ///< when CLOCK_MONOTONIC was 0
  std::uint64_t counted_ns_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t taken_twice_ = 0;
  std::uint64_t missed_resets_ = 0;
};

class TracedHandshakes final : public HandshakeCounter {
 public:
  explicit TracedHandshakes(std::shared_ptr<transitions> programs) : programs_(std::move(programs)) {}

  Expected<void> start() override { return {}; }
  Expected<CountedHandshakes> stop() override {
    std::vector<fate_counts> of_processors(static_cast<std::size_t>(std::max(::libbpf_num_possible_cpus(), 1)));
    const std::uint32_t zero = 0;
    if (::bpf_map_lookup_elem(::bpf_map__fd(programs_->maps.fates), &zero, of_processors.data()) != 0) {
      return failure("read the counts of handshakes", errno);
    }
    CountedHandshakes out;
    out.all = sum_of(of_processors);
    out.missed = skipped_steps(*programs_, 0);
    const auto& programs = programs_->progs;
    for (const bpf_program* program :
         {programs.timer_started, programs.timer_cancelled, programs.timer_expires, programs.timer_expired}) {
      out.missed += misses_of(program);
    }
    return out;
  }

 private:
  std::shared_ptr<transitions> programs_;
};

void set_filter(transitions& programs, const KernelFilter& filter) {
  programs.rodata->wanted_netns = filter.netns;
  if (filter.ipv4 != filter.ipv6) programs.rodata->wanted_family = filter.ipv4 ? AF_INET : AF_INET6;
  if (filter.ports.size() > kMostPorts) return;
  programs.rodata->port_ranges = static_cast<std::uint32_t>(filter.ports.size());
  for (std::size_t at = 0; at < filter.ports.size(); ++at) {
    programs.rodata->first_port[at] = filter.ports[at].first;
    programs.rodata->last_port[at] = filter.ports[at].last;
  }
}

/// Numbers of processes are those of this PID namespace.
bool set_processes(transitions& programs, const KernelFilter& filter) {
  const bool follows = filter.follow == KernelFilter::Follow::children;
  const bool actors = filter.actors == KernelFilter::Actors::yes;
  if (!follows && !actors) return true;
  struct stat file;
  if (::stat("/proc/self/ns/pid", &file) != 0) return false;
  if (follows) programs.rodata->followed_parent = static_cast<std::uint32_t>(::getpid());
  programs.rodata->tells_actors = actors ? 1 : 0;
  programs.rodata->namespace_device = file.st_dev;
  programs.rodata->namespace_inode = file.st_ino;
  return true;
}

/// Programs that may be left out if the kernel refuses them.
struct Optional {
  bool resets = true;
  bool timers = true;
};

struct Timers {
  std::uint64_t request = 0;
  std::uint64_t time_wait = 0;
};

/// Null, with errno, if the kernel refuses the programs. A skeleton loads as a whole.
std::unique_ptr<transitions, Destroy> load(const KernelFilter& filter, Optional optional, Timers timers) {
  std::unique_ptr<transitions, Destroy> programs(transitions__open());
  if (!programs) return programs;
  set_filter(*programs, filter);
  if (!set_processes(*programs, filter)) return nullptr;
  programs->rodata->tells_lives = filter.lives == KernelFilter::Lives::yes ? 1 : 0;
  ::bpf_program__set_autoload(programs->progs.forked, filter.follow == KernelFilter::Follow::children);
  for (bpf_program* program : {programs->progs.reset_received, programs->progs.reset_sent}) {
    ::bpf_program__set_autoload(program, optional.resets);
  }
  for (bpf_program* program : {programs->progs.timer_started, programs->progs.timer_cancelled,
                               programs->progs.timer_expires, programs->progs.timer_expired}) {
    ::bpf_program__set_autoload(program, optional.timers);
  }
  if (optional.timers) {
    programs->rodata->request_timer = timers.request;
    programs->rodata->time_wait_timer = timers.time_wait;
    programs->rodata->tells_minisockets = filter.minisockets == KernelFilter::Minisockets::no ? 0 : 1;
    programs->rodata->tells_every_request = filter.minisockets == KernelFilter::Minisockets::all ? 1 : 0;
  }
  int code = transitions__load(programs.get());
  if (code == 0) code = transitions__attach(programs.get());
  if (code == 0) return programs;
  errno = -code;
  return nullptr;
}

}  // namespace

Expected<OpenedBpfTrace> open_trace(const KernelFilter& filter, Between between) {
  const BpfHost host = look_at_host();
  if (const Verdict verdict = may_trace(host); !verdict.possible) return tl::make_unexpected(verdict.error);
  ::libbpf_set_print(nullptr);
  OpenedBpfTrace out;
  Optional optional;
  Timers timers;
  const bool follows = filter.minisockets != KernelFilter::Minisockets::no;
  optional.timers = follows || filter.requests == KernelFilter::Requests::counted;
  const auto leave_timers_out = [&](std::string_view why) {
    optional.timers = false;
    if (follows) out.limits = "requests and time-wait sockets are not followed: " + std::string(why);
  };
  if (optional.timers) {
    constexpr std::array<std::string_view, 2> kHandlers = {"reqsk_timer_handler", "tw_timer_handler"};
    const auto addresses = kernel_addresses(kHandlers);
    timers = {addresses[0].value_or(0), addresses[1].value_or(0)};
    for (const std::size_t at : {0U, 1U}) {
      if (addresses[at].value_or(0) != 0 || !optional.timers) continue;
      leave_timers_out(why_no_address(kHandlers[at], addresses[at]) +
                       (addresses[at] ? " (see kernel.kptr_restrict; it takes CAP_SYSLOG)" : ""));
    }
  }
  auto programs = load(filter, optional, timers);
  const auto load_again = [&](Optional with) {
    if (programs) return;
    programs = load(filter, with, timers);
    if (!programs) return;
    if (optional.timers && !with.timers) leave_timers_out("the kernel refuses the programs for their timers");
    optional = with;
  };
  if (optional.timers) {
    load_again({.resets = false, .timers = true});
    load_again({.resets = true, .timers = false});
  }
  load_again({.resets = false, .timers = false});
  if (!programs) return tl::make_unexpected(load_failure(host, errno));
  const std::shared_ptr<transitions> shared = std::move(programs);
  auto trace = std::make_unique<BpfTrace>(shared, std::move(between), optional.resets);
  if (auto opened = trace->open_ring(); !opened) return tl::make_unexpected(opened.error());
  out.source = std::move(trace);
  if (optional.timers) out.handshakes = std::make_unique<TracedHandshakes>(shared);
  return out;
}

}  // namespace tcpstat::bpf

#endif
