// What is known to happen in one run of the scenario suite: servers, clients, attackers, networks, and what to call it.
//
// The truth comes first here and traffic.h makes it happen; tcpstat sees only the kernel's side of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "address.h"

namespace tcpstat::lab {

using std::chrono::milliseconds;

/// What a run is in truth. Only `attack` may be called one. `unclear` is an attack that nothing here tells from an outage:
/// it is to be named as a possible one, and no more.
enum class Label { attack, benign, overload, netfault, noise, scan, outgoing, unclear };
const char* name(Label label);

/// Where spoofed SYNs say they come from. Every range is routed to the TUN device of the run's own namespace alone.
enum class Sources {
  random,       // 198.18.0.0/15, reserved for benchmarks (RFC 2544)
  with_240,     // the same, with one in sixteen from 240.0.0.0/8, as 32 random bits give it
  single,       // one host
  botnet,       // forty hosts in networks of their own
  subnet,       // one /24
  random_ipv6,  // all of fd77:bad::/32
  subnet_ipv6   // one /64
};

enum class Answer {
  silence,
  reset  // the address belongs to somebody who knows nothing of it (RFC 9293 §3.10.7.1)
};

struct Flood {
  Sources sources = Sources::random;
  double rate = 0;  // SYN/s
  Answer answer = Answer::silence;
  milliseconds pulse{0};        // so long on, then off; 0: always on
  milliseconds rest{0};         // so long off; 0: as long as on
  milliseconds end{0};          // 0: to the end of the run
  unsigned repeats = 0;         // of each SYN, after 1, 2, 4 … s, as clients do
  std::uint16_t listeners = 1;  // each SYN goes to one of the first so many
};

enum class Manner {
  talks,  // sends a request, then FIN
  idle    // completes the handshake and says nothing more
};

/// Real clients behind a network with delay and loss. They repeat their SYN after 1, 2, 4, 8 and 16 s.
struct Crowd {
  double rate = 20;  // new connections/s
  milliseconds rtt{50};
  double loss_to_server = 0;
  double loss_to_client = 0;
  double loss_of_ack = 0;  // of segments that carry nothing but ACK
  milliseconds burst{0};   // all of so much time come at its beginning, as cron does it
  Manner manner = Manner::talks;
  milliseconds begin{0};
  milliseconds end{0};         // 0: to the end of the run
  std::uint16_t listener = 0;  // the number of the one that they connect to
};

/// Half-open health checks: each host sends a SYN to each of the first listeners once a period, and resets what answers.
struct Checks {
  unsigned hosts = 0;
  std::uint16_t listeners = 1;
  milliseconds period{2000};
};

/// One source that sends a SYN to each port and resets what answers, as scanners do.
struct Scan {
  unsigned ports = 0;
  double rate = 0;
};

/// Connections of our own to a network that swallows them, or refuses them with RST.
struct Outgoing {
  unsigned connections = 0;  // at a time
  double rate = 0;
  std::uint16_t ports = 1;  // that they go to, in turn
  Answer answer = Answer::silence;
  bool impatient = false;  // the oldest is given up for a new one
};

enum class Accepting {
  at_once,
  slowly,  // one connection every Server::pause
  never
};

struct Server {
  enum class Bound { ipv4, ipv6, dual_stack };
  Bound bound = Bound::ipv4;
  int backlog = 511;
  std::uint16_t listeners = 1;  // on kServerPort and the ports above it
  Accepting accepting = Accepting::at_once;
  milliseconds pause{20};
  int defer_accept = 0;     // seconds, TCP_DEFER_ACCEPT
  milliseconds restart{0};  // when the application ends and starts anew; 0: never
  milliseconds life{0};     // then it ends, to start anew after `pause_between`, again and again; 0: it lives on
  milliseconds pause_between{0};

  Family family() const { return bound == Bound::ipv6 ? Family::ipv6 : Family::ipv4; }  // of the clients
};

constexpr std::uint16_t kServerPort = 8443;

// Every member has an initializer, so that the table names only those it changes.
struct Scenario {
  std::string id{};
  std::string what{};
  Label label = Label::benign;
  /// Any of these classes is right; none at all says that nothing needs to be said.
  std::vector<std::string> classes{};
  Server server{};
  std::vector<std::pair<std::string, std::string>> sysctls{};
  std::vector<Crowd> crowds{Crowd{}};
  std::optional<Flood> flood{};
  std::optional<Scan> scan{};
  std::optional<Outgoing> outgoing{};
  std::optional<Checks> checks{};
  milliseconds onset{4000};  // when flood, scan and outgoing begin; crowds say it themselves
  milliseconds length{18000};
  std::string rules{};  // of nft(8), in the namespace of the run
  /// What the first line of check has to say, as an ECMAScript regular expression; empty: anything.
  std::string says{};
  /// The exit codes of check that are right; empty: any.
  std::vector<int> exits{};
};

/// The suite, in the order of its table.
const std::vector<Scenario>& scenarios();
/// Null for an unknown id.
const Scenario* find_scenario(const std::string& id);

}  // namespace tcpstat::lab
