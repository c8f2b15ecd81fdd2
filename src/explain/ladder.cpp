#include "explain/ladder.h"

#include <deque>

namespace tcpstat::explain {
namespace {

class Play {
 public:
  explicit Play(Start start) {
    if (start == Start::closed) return;
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
    rung.states = {ends_[0].state(), ends_[1].state()};
    rungs_.push_back(rung);
  }

  void take(const ScriptStep& step) {
    switch (step.op) {
      case Op::act:
        send(step.end, ends_[step.end].take(step.event).send);
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
    }
  }

  void lose_to(std::size_t end) {
    for (; !to_[end].empty(); to_[end].pop_front()) {
      const machine::Send kind = to_[end].front().kind;
      if (end == 1) add({.kind = Rung::Kind::lost_to_right, .from_left = kind});
      if (end == 0) add({.kind = Rung::Kind::lost_to_left, .from_right = kind});
    }
  }

  /// The first segment in each direction arrives; two at once have crossed.
  void exchange() {
    const machine::Send from_left = arrival(1);
    const machine::Send from_right = arrival(0);
    const auto kind = from_right == machine::Send::nothing  ? Rung::Kind::to_right
                      : from_left == machine::Send::nothing ? Rung::Kind::to_left
                                                            : Rung::Kind::crossing;
    for (std::size_t end = 0; end < 2; ++end) {
      if (arrived_[end].kind != machine::Send::nothing) receive(end, arrived_[end]);
    }
    add({.kind = kind, .from_left = from_left, .from_right = from_right});
  }

  machine::Send arrival(std::size_t end) {
    arrived_[end] = {};
    if (to_[end].empty()) return machine::Send::nothing;
    arrived_[end] = to_[end].front();
    to_[end].pop_front();
    return arrived_[end].kind;
  }

  void receive(std::size_t end, const machine::Segment& segment) {
    if (segment.kind == machine::Send::data) {
      send(end, machine::Send::ack);
      return;
    }
    if (const auto event = ends_[end].event_of(segment)) send(end, ends_[end].take(*event).send);
  }

  void send(std::size_t from, machine::Send kind) {
    if (kind != machine::Send::nothing) to_[1 - from].push_back(ends_[from].segment(kind));
  }

  std::array<machine::TcpEnd, 2> ends_;
  std::array<std::deque<machine::Segment>, 2> to_;
  std::array<machine::Segment, 2> arrived_{};
  std::vector<Rung> rungs_;
};

}  // namespace

std::vector<Rung> run(const Lifecycle& lifecycle) { return Play(lifecycle.start).perform(lifecycle.script); }

}  // namespace tcpstat::explain
