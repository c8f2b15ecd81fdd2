#pragma once
// What two ends do to each other in a named course of events. Both ends are TcpEnds that follow RFC 9293; a script says
// only what the programs call, what gets lost and which timers fire, and all the rest follows from the table.

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "machine/tcp_end.h"

namespace tcpstat::explain {

/// One line of a ladder diagram, with the states of both ends after it.
struct Rung {
  enum class Kind : std::uint8_t { start, call, to_right, to_left, crossing, lost_to_right, lost_to_left };
  Kind kind = Kind::start;
  std::array<State, 2> states{};
  machine::Send from_left = machine::Send::nothing;
  machine::Send from_right = machine::Send::nothing;
  std::size_t caller = 0;       ///< of a call: 0 is the left end
  std::string_view words = {};  ///< what a program or a timer did
};

/// arrive: until nothing is on its way. arrive_once: the first segment in each direction. lose: all that is on its way.
enum class Op : std::uint8_t { act, arrive, arrive_once, lose };

struct ScriptStep {
  Op op = Op::arrive;
  std::size_t end = 0;
  machine::Event event = machine::Event::close;
  std::string_view words = {};
};

enum class Start : std::uint8_t { closed, established };

struct Lifecycle {
  std::string_view name;
  std::string_view meaning;
  std::array<std::string_view, 2> ends;
  Start start;
  std::span<const ScriptStep> script;
  std::string_view lesson;
};

std::span<const Lifecycle> lifecycles();
/// By its name; null if there is none.
const Lifecycle* find_lifecycle(std::string_view name);

/// Runs two machines against each other.
std::vector<Rung> run(const Lifecycle& lifecycle);

}  // namespace tcpstat::explain
