#pragma once
// A live view without a terminal: its samples are given by hand, and what it draws is read.

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "screen/live_view.h"
#include "support/screen.h"

namespace tcpstat::screen {

inline std::map<Address, std::string> no_names(const std::vector<Address>& /*addresses*/,
                                               std::chrono::milliseconds /*limit*/) {
  return {};
}

inline Manner plain_manner(Names& names) {
  Manner manner;
  manner.charset = manner.sparks = Charset::ascii;
  manner.names = &names;
  return manner;
}

/// A view of `columns` by `lines`, and what its keys do.
struct Viewing {
  static constexpr std::size_t kColumns = 100;
  static constexpr std::size_t kLines = 24;

  Viewing() { sample({}); }
  explicit Viewing(Manner manner) : view(make(std::move(manner))) { sample({}); }

  LiveView make(Manner manner) {
    return {std::move(manner),
            filter::Filter{},
            {},
            std::chrono::milliseconds(1000),
            [this](const std::string& words) -> tl::expected<filter::Filter, std::string> {
              asked_filter = words;
              if (words == "-x") return tl::make_unexpected(std::string("no option \x1b -x"));
              filter::Filter out;
              out.states = {State::time_wait};
              return out;
            },
            &no_names};
  }

  /// The next sample, as the view wants it.
  void sample(const std::vector<Connection>& connections, const std::vector<Listener>& listeners = {}) {
    scene.give(view.data(), view.wanted(kLines), connections, listeners);
    view.data().history.push_back({});
    view.refresh();
  }
  void problems(const std::vector<const char*>& rules) {
    view.data().judged.problems.clear();
    for (const char* rule : rules) {
      Finding of(rule, Severity::warning, Subject::host(),
                 {{.quantity = "sockets", .value = 7, .op = "", .limit = {}, .unit = "", .weight = 0, .source = ""}});
      of.message = "what of " + std::string(rule);
      of.next = "tcpstat for " + std::string(rule);
      view.data().judged.problems.push_back({of, Clock::Instant{}});
    }
    view.refresh();
  }
  void event(const char* time, TransitionVerdict verdict) {
    Event of;
    of.time = time;
    of.local = of.shown_local = "192.0.2.1:443";
    of.remote = "198.51.100.7:80";
    of.change = "new > ESTABLISHED";
    of.verdict = verdict;
    view.data().events.push_front(of);
    ++view.data().event_count;
    view.refresh();
  }

  Answer press(KeyKind kind) { return view.press({kind, ""}); }
  Answer press(std::string_view text) {
    Answer last = Answer::drawn;
    for (const char c : text) last = view.press({KeyKind::text, std::string(1, c)});
    return last;
  }

  test::Shown shown(std::size_t columns = kColumns, std::size_t lines = kLines) {
    CellBuffer to(columns, lines);
    view.draw(to);
    return test::Shown(to);
  }
  std::string foot() { return shown().lines.back(); }
  std::string tabs() { return shown().lines[2]; }
  /// The chosen row, without its mark and the spaces around it.
  std::string chosen() {
    const test::Shown now = shown();
    for (std::size_t i = 3; i < now.lines.size(); ++i) {
      if (now.tones[i] == std::string(kColumns, 'S')) return now.lines[i].substr(now.lines[i].find_first_not_of(" ~"));
    }
    return {};
  }
  /// The remote port of the chosen connection.
  std::string chosen_port() {
    const std::string row = chosen();
    const std::size_t colon = row.rfind(':');
    return colon == std::string::npos ? "" : row.substr(colon + 1, row.find(' ', colon) - colon - 1);
  }

  std::string asked_filter;
  test::LiveScene scene;
  LiveView view = make(plain_manner(scene.names));
};

inline std::vector<Connection> clients(std::uint16_t count) {
  std::vector<Connection> out;
  for (std::uint16_t port = 1; port <= count; ++port) out.push_back(test::client(State::established, port));
  return out;
}

}  // namespace tcpstat::screen
