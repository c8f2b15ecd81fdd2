#pragma once
// The eleven TCP states of RFC 9293 as Linux numbers them (include/net/tcp_states.h), sets of them, their phases and
// groups, and every spelling that users type. The only state-name table of the project is in state.cpp.

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcpstat::inline model {

/// Enumerators are the kernel's numbers. Numbers 12 (TCP_NEW_SYN_RECV) and 13 (TCP_BOUND_INACTIVE) are the kernel's
/// internal ones; readers turn them into syn_recv and close.
enum class State : std::uint8_t {
  established = 1,
  syn_sent = 2,
  syn_recv = 3,
  fin_wait1 = 4,
  fin_wait2 = 5,
  time_wait = 6,
  close = 7,
  close_wait = 8,
  last_ack = 9,
  listen = 10,
  closing = 11,
};

inline constexpr std::size_t kStateCount = 11;

/// Where a connection stands in its life.
enum class Phase : std::uint8_t { listening, opening, open, half_closed, closing, lingering, closed };

inline constexpr std::array kPhases = {Phase::listening, Phase::opening,   Phase::open,  Phase::half_closed,
                                       Phase::closing,   Phase::lingering, Phase::closed};

struct StateInfo {
  State state;
  std::string_view name;      ///< the kernel's name, as printed: SYN_RECV
  std::string_view key;       ///< the JSON key: syn_recv
  std::string_view rfc_name;  ///< RFC 9293 §3.3.2: SYN-RECEIVED
  Phase phase;
  std::string_view meaning;  ///< one line
};

/// All eleven, in the kernel's order, so that states()[number - 1] is the state's row.
std::span<const StateInfo, kStateCount> states();

/// The state's row of the table.
const StateInfo& info(State state);
inline std::string_view name(State state) { return info(state).name; }

/// The word in JSON and on the command line: "half-closed".
std::string_view name(Phase phase);

/// The state of a kernel number, 12 and 13 included; nothing for any other number.
constexpr std::optional<State> state_from_kernel(unsigned number) {
  if (number >= 1 && number <= kStateCount) return static_cast<State>(number);
  if (number == 12) return State::syn_recv;  // TCP_NEW_SYN_RECV
  if (number == 13) return State::close;     // TCP_BOUND_INACTIVE, Linux 6.8
  return std::nullopt;
}

class StateSet {
 public:
  constexpr StateSet() = default;
  constexpr StateSet(std::initializer_list<State> list) {
    for (const State state : list) *this |= state;
  }
  static constexpr StateSet all() { return from_mask(0x0FFE); }
  /// Bit n stands for state number n, as in the kernel's TCPF_ flags.
  static constexpr StateSet from_mask(unsigned mask) {
    StateSet set;
    set.mask_ = static_cast<std::uint16_t>(mask & 0x0FFEU);
    return set;
  }

  [[nodiscard]] constexpr bool has(State state) const { return ((mask_ >> static_cast<unsigned>(state)) & 1U) != 0; }
  [[nodiscard]] constexpr bool empty() const { return mask_ == 0; }
  [[nodiscard]] constexpr int size() const { return std::popcount(mask_); }
  [[nodiscard]] constexpr unsigned mask() const { return mask_; }

  constexpr StateSet& operator|=(State state) {
    mask_ = static_cast<std::uint16_t>(mask_ | (1U << static_cast<unsigned>(state)));
    return *this;
  }
  constexpr StateSet& operator|=(StateSet other) { return *this = *this | other; }
  friend constexpr StateSet operator|(StateSet a, StateSet b) { return from_mask(unsigned{a.mask_} | b.mask_); }
  friend constexpr StateSet operator&(StateSet a, StateSet b) { return from_mask(unsigned{a.mask_} & b.mask_); }
  friend constexpr StateSet operator-(StateSet a, StateSet b) { return from_mask(a.mask_ & ~unsigned{b.mask_}); }
  friend constexpr bool operator==(StateSet, StateSet) = default;

 private:
  std::uint16_t mask_ = 0;
};

/// A word that stands for several states: "half-open".
struct StateGroup {
  std::string_view name;
  StateSet states;
  std::string_view meaning;
};
std::span<const StateGroup> state_groups();

/// The states that one word means: a name in any accepted spelling, a number, a group or a phase. Nothing for an
/// unknown word. A leading `!` is not part of a word.
std::optional<StateSet> parse_state_word(std::string_view word);

/// The canonical spelling nearest to an unknown word, or empty.
std::string_view nearest_state_word(std::string_view word);

}  // namespace tcpstat::inline model
