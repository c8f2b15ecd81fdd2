// A server with a namespace of its own for one test, and peers that are led many at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conversation.h"
#include "every_state_fixture.h"
#include "handle.h"

namespace tcpstat::lab {

using Conversations = std::vector<Conversation>;

/// What `check` says by one rule.
struct CheckOutcome {
  std::string status;       ///< "OK", "WARNING", …; what went wrong, if it said nothing
  std::string subject;      ///< of the first finding
  std::string message;      ///< of the first finding
  nlohmann::json evidence;  ///< of the first finding: quantity to value
};

/// `check --rule RULE` with these words added.
CheckOutcome check_outcome(const std::string& rule, const std::vector<std::string>& words = {});
/// The same again and again until the rule is no longer content, or the time is up.
CheckOutcome complaint(const std::string& rule, const std::vector<std::string>& words = {},
                       const std::function<void()>& meanwhile = {});
/// Until it speaks of so many sockets: they come to their retries one after the other.
CheckOutcome complaint_of(int sockets, const std::string& rule);

/// The same with two samples, between which `meanwhile` is done.
CheckOutcome check_outcome_around(const std::string& rule, const std::function<void()>& meanwhile);

class ServerUnderTest {
 public:
  static constexpr std::uint16_t kPort = 7000;

  ServerUnderTest();

  /// What listens on kPort.
  Handle& listener() { return listener_; }

  /// Half-open connections of one peer to kPort, each from a port of its own.
  Conversations arriving(std::size_t count, const Address& from);
  /// The same, with the handshake done and accepted.
  Conversations accepted(std::size_t count, const Address& from);
  /// Connections that the kernel opens to one destination: in SYN_SENT.
  Conversations leaving(std::size_t count, const Endpoint& to);
  /// For that long answers everything that comes to one of these with an ACK.
  void answer(Conversations& all, std::uint16_t window, std::chrono::milliseconds time);

  TunPeer& peer() { return peer_; }

 private:
  FreshNamespace fresh_;
  TunPeer peer_;
  Handle listener_;
  std::uint16_t next_port_ = 20000;
};

/// A peer behind the TUN device: 10.99.0.0 + number.
Address visitor(std::uint32_t number);
void set_option(const Conversation& conversation, int level, int option, int value);

}  // namespace tcpstat::lab
