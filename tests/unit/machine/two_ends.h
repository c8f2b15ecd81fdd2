#pragma once
// Two ends of one connection and the segments between them, with what Linux adds to the RFC: a FIN that waits behind a
// closed window, a full accept queue, and retries that are used up. All configurations are searched.

#include <array>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "machine/tcp_end.h"
#include "model/seen.h"

namespace tcpstat::test {

using namespace machine;

struct Config {
  std::array<machine::TcpEnd, 2> end;
  std::array<bool, 2> fin_held{};
  bool overflowed = false;  ///< a full accept queue kept the handshake from its end
  bool blocked = false;     ///< a FIN waited behind a closed window, or was lost to a full accept queue
  std::array<std::deque<machine::Segment>, 2> to;  ///< on their way to each end

  [[nodiscard]] bool quiet() const { return to[0].empty() && to[1].empty(); }
  /// Whether no segment is on its way, nor one that has to be sent again at once.
  [[nodiscard]] bool lasting() const {
    const StateSet fin_sent{State::fin_wait1, State::closing, State::last_ack};
    for (std::size_t i = 0; i < 2; ++i) {
      if (fin_sent.has(end[i].state()) && !fin_held[i] && !overflowed) return false;
    }
    return quiet();
  }
  [[nodiscard]] Seen seen(std::size_t i) const {
    const State state = end[i].state();
    return state == State::close || state == State::listen ? kAbsent : Seen(state);
  }

  [[nodiscard]] std::string key() const {
    std::string text;
    for (std::size_t i = 0; i < 2; ++i) {
      text += static_cast<char>('a' + static_cast<int>(end[i].state()));
      text += end[i].opened() ? 'o' : '-';
      // Origin and FIN received show in what the end would do and send next.
      text += static_cast<char>('a' + static_cast<int>(rfc9293_to_on_reset(end[i])));
      text += end[i].segment(Send::ack).acks_fin ? 'f' : '-';
      text += fin_held[i] ? 'h' : '-';
      for (const Segment& segment : to[i]) {
        text += static_cast<char>('0' + static_cast<int>(segment.kind));
        text += segment.acks_fin ? '+' : ' ';
      }
      text += '|';
    }
    return text + (overflowed ? 'x' : '-') + (blocked ? 'b' : '-');
  }

 private:
  static State rfc9293_to_on_reset(TcpEnd end) { return end.take(Event::rcv_rst).to; }
};

class Search {
 public:
  enum class Options { rfc, linux_too };
  explicit Search(Options options) : options_(options) {}

  /// All configurations that can be reached.
  const std::map<std::string, Config>& run() {
    visit(Config{});
    while (!todo_.empty()) {
      const std::string key = todo_.back();
      todo_.pop_back();
      const Config config = found_.at(key);
      from_ = &next_[key];
      expand(config);
    }
    return found_;
  }
  /// The configurations one step further.
  [[nodiscard]] const std::map<std::string, std::set<std::string>>& steps() const { return next_; }

 private:
  void visit(const Config& config) {
    const std::string key = config.key();
    if (from_ != nullptr) from_->insert(key);
    if (found_.emplace(key, config).second) todo_.push_back(key);
  }

  static void send(Config& config, std::size_t from, Send kind) {
    if (kind == Send::nothing || kind == Send::data) return;
    config.to[1 - from].push_back(config.end[from].segment(kind));
  }

  void event(Config config, std::size_t i, Event event) {
    const Transition& row = config.end[i].take(event);
    if (config.end[i].state() == State::close) config.fin_held[i] = false;
    if (row.from == State::syn_recv && row.to != State::close && row.to != State::listen) config.overflowed = false;
    send(config, i, row.send);
    visit(config);
  }

  void expand(const Config& config) {
    for (std::size_t i = 0; i < 2; ++i) {
      arrivals(config, i);
      calls(config, i);
      if (options_ == Options::linux_too) troubles(config, i);
      if (config.end[i].state() == State::time_wait) event(config, i, Event::time_wait_timeout);
    }
  }

  void arrivals(const Config& config, std::size_t i) {
    if (config.to[i].empty()) return;
    Config next = config;
    const Segment segment = next.to[i].front();
    next.to[i].pop_front();
    // A full accept queue: what would complete the handshake is dropped.
    const bool passive_request =
        next.end[i].state() == State::syn_recv && machine::TcpEnd(next.end[i]).take(Event::rcv_rst).to == State::listen;
    if (options_ == Options::linux_too && passive_request && (segment.kind == Send::ack || segment.kind == Send::fin)) {
      Config dropped = next;
      dropped.overflowed = true;
      dropped.blocked |= segment.kind == Send::fin;
      visit(dropped);
    }
    const auto what = next.end[i].event_of(segment);
    if (!what) {
      visit(next);
      return;
    }
    event(next, i, *what);
  }

  void calls(const Config& config, std::size_t i) {
    const TcpEnd& end = config.end[i];
    const State state = end.state();
    if (state == State::close && !end.opened()) {
      event(config, i, Event::open_active);
      event(config, i, Event::open_passive);
    }
    const StateSet closable{State::listen, State::syn_sent, State::syn_recv, State::established, State::close_wait};
    // A request that waits for room in the accept queue has no descriptor to close.
    const bool waits = state == State::syn_recv && config.overflowed;
    if (closable.has(state) && !waits) event(config, i, Event::close);
    if (options_ == Options::linux_too && state != State::close) event(config, i, Event::abort);
  }

  void troubles(const Config& config, std::size_t i) {
    const State state = config.end[i].state();
    if (state == State::established || state == State::close_wait) {
      Config held = config;
      held.end[i].take(Event::close);
      held.fin_held[i] = true;
      held.blocked = true;
      visit(held);
    }
    if (config.fin_held[i]) {
      Config released = config;
      released.fin_held[i] = false;
      send(released, i, Send::fin);
      visit(released);
    }
    // tcp_fin_timeout
    if (state == State::fin_wait2) event(config, i, Event::user_timeout);
    const StateSet retrying{State::syn_recv, State::fin_wait1, State::closing, State::last_ack};
    if (!config.quiet() || !retrying.has(state)) return;
    // A request gives up first: 63 s against 102 s of an owner-less FIN (machine/dwell.h).
    const bool request_ends = config.overflowed && state == State::syn_recv;
    if (request_ends || config.fin_held[i]) event(config, i, Event::retransmission_give_up);
    if (!config.fin_held[i]) event(config, i, Event::retransmission_timeout);
  }

  Options options_;
  std::map<std::string, Config> found_;
  std::map<std::string, std::set<std::string>> next_;
  std::set<std::string>* from_ = nullptr;
  std::vector<std::string> todo_;
};

}  // namespace tcpstat::test
