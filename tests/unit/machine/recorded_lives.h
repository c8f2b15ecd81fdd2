#pragma once
// tests/fixtures/machine/recorded-lives.jsonl: what the kernel printed of whole lives, and samples taken meanwhile.

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/log_record.h"
#include "support/fixtures.h"

namespace tcpstat::test {

struct RecordedEvent {
  Protocol protocol;
  ObservedState from;
  ObservedState to;
  std::string socket;
};

struct RecordedSample {
  struct Row {
    State state;
    Endpoint local;
    Endpoint remote;
    std::uint64_t cookie;
  };
  std::vector<Row> rows;
};

struct RecordedLife {
  std::string name;
  std::vector<RecordedEvent> events;
  std::vector<RecordedSample> samples;
};

inline State state_named(std::string_view word) {
  for (const StateInfo& row : states()) {
    if (row.name == word) return row.state;
  }
  throw std::invalid_argument(std::string(word));
}

/// Gives the events of one life their sockets back: the recording has ports only, and a socket that connects has no
/// local port yet, a child of MPTCP no remote one.
class SocketGuess {
 public:
  std::string of(Protocol protocol, const std::string& ports, State from, State to) {
    const bool child = from == State::listen && to != State::close && to != State::listen;
    for (Live& live : live_) {
      if (child || live.protocol != protocol || live.state != from || !alike(live.ports, ports)) continue;
      live.ports = ports;
      live.state = to;
      return live.socket;
    }
    live_.push_back({protocol, ports, to, "socket " + std::to_string(live_.size())});
    return live_.back().socket;
  }

 private:
  struct Live {
    Protocol protocol;
    std::string ports;
    State state;
    std::string socket;
  };
  static bool alike(const std::string& known, const std::string& ports) {
    if (known == ports) return true;
    const auto half = [](const std::string& text, bool first) {
      const std::size_t mark = text.find('>');
      return first ? text.substr(0, mark) : text.substr(mark + 1);
    };
    return (half(known, true) == "0" && half(known, false) == half(ports, false)) ||
           (half(known, false) == "0" && half(known, true) == half(ports, true));
  }
  std::vector<Live> live_;
};

inline Endpoint on_loopback(const std::string& port) {
  return {*parse_address("127.0.0.1"), static_cast<std::uint16_t>(std::stoi(port))};
}

inline RecordedLife life_of(const nlohmann::json& line) {
  RecordedLife life;
  life.name = line.at("scenario");
  SocketGuess sockets;
  for (const std::string event : line.at("events")) {
    if (event.starts_with('(')) continue;  // another tracepoint
    const std::size_t first = event.find(' ');
    const std::size_t second = event.find(' ', first + 1);
    const std::string pair = event.substr(second + 1);
    const Protocol protocol = event.starts_with("MPTCP") ? Protocol::mptcp : Protocol::tcp;
    const State from = state_named(pair.substr(0, pair.find('>')));
    const State to = state_named(pair.substr(pair.find('>') + 1));
    const std::string ports = event.substr(first + 1, second - first - 1);
    life.events.push_back({protocol, from, to, sockets.of(protocol, ports, from, to)});
  }
  for (const auto& snapshot : line.at("snapshots")) {
    RecordedSample& sample = life.samples.emplace_back();
    for (const auto& row : snapshot.at("sockets")) {
      const std::string ports = row.at("ports");
      const std::string cookie = row.at("cookie");
      sample.rows.push_back({state_named(std::string(row.at("state"))), on_loopback(ports.substr(0, ports.find('>'))),
                             on_loopback(ports.substr(ports.find('>') + 1)), std::stoull(cookie.substr(1))});
    }
  }
  return life;
}

inline const std::vector<RecordedLife>& recorded_lives() {
  static const std::vector<RecordedLife> kLives = [] {
    std::vector<RecordedLife> lives;
    for (const std::string& line : lines_of(fixture("machine/recorded-lives.jsonl"))) {
      lives.push_back(life_of(nlohmann::json::parse(line)));
    }
    return lives;
  }();
  return kLives;
}

}  // namespace tcpstat::test
