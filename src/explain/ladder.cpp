#include "explain/ladder.h"

#include <deque>
#include <utility>

namespace tcpstat::explain {
namespace {

/// The number of the old SYN: RFC 9293 fig. 8 has 90 where the new one has 100.
constexpr int kOldSyn = -10;

class Play {
 public:
  explicit Play(const Lifecycle& lifecycle) : known_(lifecycle.ends) {
    if (lifecycle.start == Start::closed) return;
    for (const ScriptStep& step :
         {ScriptStep{Op::act, 1, machine::Event::open_passive}, {Op::act, 0, machine::Event::open_active}, {}}) {
      take(step);
    }
    rungs_.clear();
  }

  std::vector<Rung> perform(std::span<const ScriptStep> script) {
    add({.kind = Rung::Kind::start});
    for (const ScriptStep& step : script) take(step);
    return std::move(rungs_);
  }

 private:
  void add(Rung rung) {
    for (std::size_t end = 0; end < 2; ++end) {
      if (known_[end].presence == Presence::host) rung.states[end] = ends_[end].state();
    }
    rungs_.push_back(rung);
  }

  void take(const ScriptStep& step) {
    switch (step.op) {
      case Op::act:
        send(step.end, ends_[step.end].act(step.event));
        add({.kind = Rung::Kind::call, .caller = step.end, .words = step.words});
        return;
      case Op::lose:
        for (std::size_t end = 0; end < 2; ++end) lose_to(end);
        return;
      case Op::arrive:
        while (!to_[0].empty() || !to_[1].empty()) exchange();
        return;
      case Op::arrive_once:
        exchange();
        return;
      case Op::delay:
        late_ = std::exchange(to_[1], {});
        for (const NumberedSegment& segment : late_) add({.kind = Rung::Kind::late_to_right, .from_left = segment});
        return;
      case Op::catch_up:
        to_[1] = std::exchange(late_, {});
        return;
      case Op::old_syn:
        to_[1].push_back({.segment = {machine::Send::syn, false}, .seq = kOldSyn});
        add({.kind = Rung::Kind::call, .caller = step.end, .words = step.words});
        return;
    }
  }

  void lose_to(std::size_t end) {
    for (; !to_[end].empty(); to_[end].pop_front()) {
      const NumberedSegment& lost = to_[end].front();
      if (end == 1) add({.kind = Rung::Kind::lost_to_right, .from_left = lost});
      if (end == 0) add({.kind = Rung::Kind::lost_to_left, .from_right = lost});
    }
  }

  /// The first segment in each direction arrives; two at once have crossed.
  void exchange() {
    const NumberedSegment from_left = arrival(1);
    const NumberedSegment from_right = arrival(0);
    const auto kind = from_right.empty()  ? Rung::Kind::to_right
                      : from_left.empty() ? Rung::Kind::to_left
                                          : Rung::Kind::crossing;
    if (!from_right.empty()) send(0, ends_[0].receive(from_right));
    if (!from_left.empty()) send(1, ends_[1].receive(from_left));
    add({.kind = kind, .from_left = from_left, .from_right = from_right});
  }

  NumberedSegment arrival(std::size_t end) {
    if (to_[end].empty()) return {};
    const NumberedSegment first = to_[end].front();
    to_[end].pop_front();
    return first;
  }

  void send(std::size_t from, const NumberedSegment& segment) {
    if (!segment.empty()) to_[1 - from].push_back(segment);
  }

  std::array<LadderEnd, 2> known_;
  std::array<NumberedEnd, 2> ends_;
  std::array<std::deque<NumberedSegment>, 2> to_;
  std::deque<NumberedSegment> late_;
  std::vector<Rung> rungs_;
};

}  // namespace

std::vector<Rung> run(const Lifecycle& lifecycle) { return Play(lifecycle).perform(lifecycle.script); }

}  // namespace tcpstat::explain
