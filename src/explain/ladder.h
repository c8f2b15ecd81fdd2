#pragma once
// What two ends do to each other in a named course of events. Both ends follow RFC 9293; a script says only what the
// programs call, what gets lost or late and which timers fire, and all the rest follows from the table.

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "explain/numbered_end.h"
#include "model/seen.h"

namespace tcpstat::explain {

/// One line of a ladder diagram, with the states of both ends after it.
struct Rung {
  enum class Kind : std::uint8_t {
    start,
    call,
    to_right,
    to_left,
    crossing,
    lost_to_right,
    lost_to_left,
    late_to_right  ///< still on its way when the next lines happen
  };
  Kind kind = Kind::start;
  std::array<Seen, 2> states{};  ///< nothing for an end that is in no state: a forged source, a host that is not there
  NumberedSegment from_left = {};
  NumberedSegment from_right = {};
  std::size_t caller = 0;       ///< of a call: 0 is the left end
  std::string_view words = {};  ///< what a program or a timer did
};

/// arrive: until nothing is on its way. arrive_once: the first segment in each direction. lose: all that is on its way.
/// delay: what is on its way to the right will be late. catch_up: it comes. old_syn: a SYN of an older attempt turns
/// up.
enum class Op : std::uint8_t { act, arrive, arrive_once, lose, delay, catch_up, old_syn };

struct ScriptStep {
  Op op = Op::arrive;
  std::size_t end = 0;
  machine::Event event = machine::Event::close;
  std::string_view words = {};
};

enum class Start : std::uint8_t { closed, established };

/// nobody: no host, or one that does not know of the connection.
enum class Presence : std::uint8_t { host, nobody };
struct LadderEnd {
  std::string_view name;
  Presence presence = Presence::host;
};

struct Lifecycle {
  std::string_view name;
  std::string_view meaning;
  std::array<LadderEnd, 2> ends;
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
