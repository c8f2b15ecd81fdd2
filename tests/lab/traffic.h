// Plays the network, the clients, the attackers and the server application of a scenario, in one thread.
//
// Nothing leaves the namespace: every segment is written to or read from its TUN device. Rate, number and time of
// what is sent have hard caps whatever a scenario says.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <unordered_map>
#include <vector>

#include "handle.h"
#include "scenario.h"
#include "server_application.h"
#include "tun_peer.h"

namespace tcpstat::lab {

constexpr double kMostPerSecond = 3000;
constexpr std::uint64_t kMostSegments = 400000;
constexpr milliseconds kLongestRun{120000};

/// Sets the variables of the scenario and routes its ranges into the TUN device, in the current namespace.
void prepare_namespace(const Scenario& scenario);

class Traffic {
 public:
  /// The listener stands when this returns. The same seed sends the same segments, as far as the kernel's answers
  /// and the clock let it.
  Traffic(TunPeer& peer, const Scenario& scenario, std::uint64_t seed);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// Plays the whole scenario from now on.
  void run();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Phase { connecting, talking, finished, dead };

  struct Client {
    const Crowd* crowd;
    Endpoint self;
    std::uint32_t next;  // sequence number of what it sends next
    std::uint32_t expected = 0;
    Phase phase = Phase::connecting;
    unsigned syns = 0;
    unsigned requests = 0;
  };
  struct Event {
    Clock::time_point time;
    std::uint64_t order;
    std::function<void()> action;
    bool operator<(const Event& other) const {
      return std::pair(time, order) > std::pair(other.time, other.order);  // the earliest is on top
    }
  };

  void after(Clock::duration wait, std::function<void()> action);
  void at(Clock::time_point time, std::function<void()> action);
  /// Calls `action` at random moments, `rate` a second on average, while the scenario's clock is between both.
  void repeat(double rate, milliseconds begin, milliseconds end, std::function<void()> action);
  bool lost(double probability);
  std::uint32_t draw(std::uint32_t below);
  void send(const Segment& segment);
  void send(const Client& client, std::uint8_t flags, std::uint32_t sequence, const std::string& payload = {});

  void plan();
  void send_spoofed_syn();
  void end_application();
  void probe_next_port();
  void check_health(const Endpoint& from, std::uint16_t listener);
  [[nodiscard]] bool refuses(const Segment& attempt) const;
  [[nodiscard]] bool resets(const Segment& answer) const;
  void connect_out();
  void begin_client(const Crowd& crowd);
  void begin_burst(const Crowd& crowd);
  void send_syn(Client& client);
  void send_request(Client& client);
  void answer_segment(const Segment& segment);
  void answer_client(Client& client, const Segment& segment);
  void handshake_reached(Client& client, const Segment& segment);
  milliseconds elapsed() const;

  TunPeer& peer_;
  const Scenario& scenario_;
  std::mt19937_64 random_;
  std::optional<ServerApplication> application_;
  Clock::time_point start_;
  std::priority_queue<Event> events_;
  std::uint64_t order_ = 0;
  std::uint64_t sent_ = 0;
  std::deque<Client> clients_;
  std::map<std::pair<std::array<std::uint8_t, 16>, std::uint16_t>, Client*> by_end_;
  std::uint16_t next_port_ = 1;
  std::vector<Handle> outgoing_;
};

}  // namespace tcpstat::lab
