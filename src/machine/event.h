#pragma once
// What can happen to one end of a connection, in the terms of RFC 9293: user calls, segments that arrive, timeouts.
// Sequence numbers are left out: a segment is named by what it means to the end that receives it.

#include <array>
#include <cstdint>
#include <string_view>

namespace tcpstat::machine {

enum class Event : std::uint8_t {
  open_passive,
  open_active,
  send,
  close,
  abort,
  rcv_syn,
  rcv_syn_ack,
  rcv_ack_of_syn,
  rcv_ack_of_fin,
  rcv_fin,
  rcv_fin_and_ack_of_fin,
  rcv_rst,
  time_wait_timeout,
  user_timeout,
  retransmission_timeout,
  retransmission_give_up,
  rst_sent,
};

inline constexpr std::size_t kEventCount = 17;

struct EventInfo {
  Event event;
  std::string_view key;      ///< as in JSON: rcv_syn_ack
  std::string_view meaning;  ///< a few words for a sentence
};

inline constexpr std::array<EventInfo, kEventCount> kEvents = {{
    {Event::open_passive, "open_passive", "passive OPEN: listen()"},
    {Event::open_active, "open_active", "active OPEN: connect()"},
    {Event::send, "send", "SEND: write()"},
    {Event::close, "close", "CLOSE: close() or shutdown(SHUT_WR)"},
    {Event::abort, "abort", "ABORT: close() with SO_LINGER 0"},
    {Event::rcv_syn, "rcv_syn", "SYN arrives"},
    {Event::rcv_syn_ack, "rcv_syn_ack", "SYN,ACK arrives"},
    {Event::rcv_ack_of_syn, "rcv_ack_of_syn", "ACK of our SYN arrives"},
    {Event::rcv_ack_of_fin, "rcv_ack_of_fin", "ACK of our FIN arrives"},
    {Event::rcv_fin, "rcv_fin", "FIN arrives"},
    {Event::rcv_fin_and_ack_of_fin, "rcv_fin_and_ack_of_fin", "FIN with the ACK of our FIN arrives"},
    {Event::rcv_rst, "rcv_rst", "RST arrives"},
    {Event::time_wait_timeout, "time_wait_timeout", "2 MSL are over"},
    {Event::user_timeout, "user_timeout", "user timeout"},
    {Event::retransmission_timeout, "retransmission_timeout", "retransmission timeout"},
    {Event::retransmission_give_up, "retransmission_give_up", "retransmissions used up (R2)"},
    {Event::rst_sent, "rst_sent", "RST sent (note 3 of fig. 5)"},
}};

constexpr const EventInfo& info(Event event) { return kEvents[static_cast<std::size_t>(event)]; }

static_assert([] {
  for (std::size_t i = 0; i < kEventCount; ++i) {
    if (static_cast<std::size_t>(kEvents[i].event) != i) return false;
  }
  return true;
}());

}  // namespace tcpstat::machine
