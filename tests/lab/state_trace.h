// The kernel's own story of every socket: events of the tracepoint sock:inet_sock_set_state, by way of an instance of
// tracefs that nobody else uses and that is gone when the object goes.
//
// The record names no network namespace, so only events of ports and addresses are kept that nothing else here uses,
// and only one trace is taken at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "address.h"
#include "handle.h"
#include "model/state.h"

namespace tcpstat::lab {

struct TracedEvent {
  std::uint64_t socket = 0;  // skaddr: the kernel uses it again once the socket is gone
  State from = State::close;
  State to = State::close;
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
  std::uint32_t local_address = 0;  // IPv4, as it lies in memory
  std::uint32_t remote_address = 0;

  std::string text() const;  // "12700>12800 LISTEN>SYN_RECV"
};

/// One socket from its birth, out of CLOSE or as a listener's child, as far as it was printed.
struct Life {
  std::uint64_t socket = 0;
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
  std::vector<State> states;

  std::string text() const;  // "LISTEN SYN_RECV ESTABLISHED"
};

struct Lives {
  std::vector<Life> all;
  std::vector<std::string> breaks;  // events that do not go on where their socket was
};

/// Sorts events by socket. A socket that is used again after CLOSE begins another life.
Lives lives_of(const std::vector<TracedEvent>& events);

struct PortRange {
  std::uint16_t first;
  std::uint16_t last;
};

class StateTrace {
 public:
  /// Starts to record; throws where that is not possible: no tracefs, no such event, no instances.
  /// Events are kept that have one of the ports, and one of the addresses at either end.
  StateTrace(const PortRange& ports, std::vector<Address> addresses);
  StateTrace(const StateTrace&) = delete;
  StateTrace& operator=(const StateTrace&) = delete;
  ~StateTrace();

  /// What has been recorded so far, in order.
  std::vector<TracedEvent> events() const;
  /// Events that the kernel could not keep.
  std::uint64_t lost() const;

 private:
  void set(const std::string& file, const std::string& value) const;

  std::vector<Address> addresses_;
  Handle lock_;
  std::string instance_;
};

}  // namespace tcpstat::lab
