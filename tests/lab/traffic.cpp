#include "traffic.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "failure.h"
#include "worker.h"

namespace tcpstat::lab {
namespace {

constexpr unsigned kMostSyns = 6;  // tcp_syn_retries + 1
constexpr unsigned kMostRequests = 8;
constexpr std::uint32_t kClientHosts = 60000;
constexpr milliseconds kReactionOfStrangers{20};
constexpr const char* kCheckers = "198.18.8.0";
constexpr const char* kUpstream = "198.18.7.7";

Address with_tail(const char* prefix, std::size_t from, std::mt19937_64& random) {
  Address address = Address::parse(prefix);
  const std::size_t size = address.family == Family::ipv4 ? 4 : 16;
  for (std::size_t i = from; i < size; ++i) address.bytes[i] = static_cast<std::uint8_t>(random());
  return address;
}

Address spoofed(Sources sources, std::mt19937_64& random) {
  switch (sources) {
    case Sources::with_240:
      if (random() % 16 == 0) return with_tail("240.0.0.0", 1, random);
      [[fallthrough]];
    case Sources::random: {
      Address address = with_tail("198.18.0.0", 2, random);
      address.bytes[1] = static_cast<std::uint8_t>(18 + random() % 2);
      return address;
    }
    case Sources::single:
      return Address::parse("198.18.6.6");
    case Sources::botnet: {
      // Each in a network of its own.
      const auto host = static_cast<std::uint8_t>(random() % 40);
      Address address = Address::parse("198.19.0.1");
      address.bytes[1] = static_cast<std::uint8_t>(18 + host % 2);
      address.bytes[2] = static_cast<std::uint8_t>(host * 6);
      address.bytes[3] = static_cast<std::uint8_t>(1 + host * 5);
      return address;
    }
    case Sources::subnet:
      return with_tail("198.19.66.0", 3, random);
    case Sources::random_ipv6:
      return with_tail("fd77:bad::", 4, random);
    case Sources::subnet_ipv6:
      return with_tail("fd77:bad:0:66::", 8, random);
  }
  std::abort();
}

/// Clients live at many providers: IPv4 hosts behind the TUN device, IPv6 hosts each in a /64 of its own.
Address client_address(Family family, std::uint32_t host) {
  if (family == Family::ipv4) return Address::peer(family, 100 + host * 251 % (1U << 24) / 2);
  Address address = Address::parse("fd77:900d::1");
  address.bytes[5] = static_cast<std::uint8_t>(host >> 16);
  address.bytes[6] = static_cast<std::uint8_t>(host >> 8);
  address.bytes[7] = static_cast<std::uint8_t>(host);
  return address;
}

double capped(double rate) {
  if (!(rate > 0) || rate > kMostPerSecond) fail("a rate beyond the cap of the lab", EDOM);
  return rate;
}

}  // namespace

Traffic::Traffic(TunPeer& peer, const Scenario& scenario, std::uint64_t seed)
    : peer_(peer), scenario_(scenario), random_(seed), application_(std::in_place, scenario.server) {
  if (scenario.length > kLongestRun) fail("a run beyond the cap of the lab", EDOM);
  raise_descriptor_limit();
}

milliseconds Traffic::elapsed() const { return std::chrono::duration_cast<milliseconds>(Clock::now() - start_); }

void Traffic::at(Clock::time_point time, std::function<void()> action) {
  events_.push({time, order_++, std::move(action)});
}

void Traffic::after(Clock::duration wait, std::function<void()> action) { at(Clock::now() + wait, std::move(action)); }

void Traffic::repeat(double rate, milliseconds begin, milliseconds end, std::function<void()> action) {
  const Clock::time_point last = start_ + end;
  // Each moment follows from the one before, not from when it was served: a late loop catches up.
  struct Step {
    Traffic* traffic;
    double rate;
    Clock::time_point last;
    std::function<void()> action;
    void schedule(Clock::time_point from) const {
      const double gap = -std::log(1 - std::uniform_real_distribution<double>(0, 1)(traffic->random_)) / rate;
      const auto when = from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap));
      if (when >= last) return;
      traffic->at(when, [step = *this, when] {
        step.action();
        step.schedule(when);
      });
    }
  };
  Step{this, capped(rate), last, std::move(action)}.schedule(start_ + begin);
}

bool Traffic::lost(double probability) { return std::uniform_real_distribution<double>(0, 1)(random_) < probability; }

std::uint32_t Traffic::draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

void Traffic::send(const Segment& segment) {
  if (++sent_ > kMostSegments) fail("more segments than the cap of the lab", EDOM);
  peer_.send(segment);
}

void Traffic::send(const Client& client, std::uint8_t flags, std::uint32_t sequence, const std::string& payload) {
  const bool bare = flags == kAck && payload.empty();
  if (lost(client.crowd->loss_to_server) || (bare && lost(client.crowd->loss_of_ack))) return;
  Segment segment;
  segment.source = client.self;
  segment.destination = {TunPeer::local(client.self.address.family),
                         static_cast<std::uint16_t>(kServerPort + client.crowd->listener)};
  segment.sequence = sequence;
  segment.acknowledgment = (flags & kAck) != 0 ? client.expected : 0;
  segment.flags = flags;
  segment.payload = payload;
  send(segment);
}

void Traffic::plan() {
  for (const Crowd& crowd : scenario_.crowds) {
    if (crowd.burst.count() > 0) {
      for (milliseconds begin = crowd.begin + crowd.burst; begin < scenario_.length; begin += crowd.burst)
        at(start_ + begin, [this, &crowd] { begin_burst(crowd); });
      continue;
    }
    repeat(crowd.rate, crowd.begin, crowd.end.count() > 0 ? crowd.end : scenario_.length,
           [this, &crowd] { begin_client(crowd); });
  }
  if (scenario_.server.restart.count() > 0)
    at(start_ + scenario_.server.restart, [this] {
      application_.reset();
      application_.emplace(scenario_.server);
    });
  if (scenario_.server.life.count() > 0) at(start_ + scenario_.server.life, [this] { end_application(); });
  if (const auto& flood = scenario_.flood)
    repeat(flood->rate, scenario_.onset, flood->end.count() > 0 ? flood->end : scenario_.length,
           [this] { send_spoofed_syn(); });
  if (scenario_.scan) repeat(scenario_.scan->rate, scenario_.onset, scenario_.length, [this] { probe_next_port(); });
  if (const auto& checks = scenario_.checks) {
    for (unsigned host = 0; host < checks->hosts; ++host) {
      Address address = Address::parse(kCheckers);
      address.bytes[3] = static_cast<std::uint8_t>(1 + host);
      for (std::uint16_t listener = 0; listener < checks->listeners; ++listener)
        at(start_ + milliseconds(draw(static_cast<std::uint32_t>(checks->period.count()))), [this, address, listener] {
          check_health({address, 0}, listener);
        });
    }
  }
  if (scenario_.outgoing)
    repeat(scenario_.outgoing->rate, scenario_.onset, scenario_.length, [this] { connect_out(); });
}

void Traffic::run() {
  start_ = Clock::now();
  plan();
  for (;;) {
    const auto now = Clock::now();
    if (now >= start_ + scenario_.length) return;
    // A few at a time: the device's queue of answers is short.
    for (int i = 0; i < 32 && !events_.empty() && events_.top().time <= now; ++i) {
      const auto action = events_.top().action;
      events_.pop();
      action();
    }
    while (const auto segment = peer_.receive()) answer_segment(*segment);
    auto wake = start_ + scenario_.length;
    if (application_) {
      application_->work();
      wake = std::min(wake, application_->next_turn());
    }
    if (!events_.empty()) wake = std::min(wake, events_.top().time);
    const auto wait = std::chrono::duration_cast<std::chrono::nanoseconds>(wake - Clock::now());
    if (wait.count() <= 0) continue;
    const timespec limit{wait.count() / 1000000000, wait.count() % 1000000000};
    pollfd waits[] = {{peer_.fd(), POLLIN, 0}, {application_ ? application_->fd() : -1, POLLIN, 0}};
    ::ppoll(waits, 2, &limit, nullptr);
  }
}

void Traffic::send_spoofed_syn() {
  const Flood& flood = *scenario_.flood;
  if (flood.pulse.count() > 0) {
    const milliseconds rest = flood.rest.count() > 0 ? flood.rest : flood.pulse;
    if ((elapsed() - scenario_.onset) % (flood.pulse + rest) >= flood.pulse) return;
  }
  Segment syn;
  syn.source = {spoofed(flood.sources, random_), static_cast<std::uint16_t>(1024 + draw(64000))};
  syn.destination = {TunPeer::local(syn.source.address.family),
                     static_cast<std::uint16_t>(kServerPort + draw(flood.listeners))};
  syn.sequence = static_cast<std::uint32_t>(random_());
  syn.flags = kSyn;
  send(syn);
  milliseconds wait{0};
  for (unsigned i = 0; i < flood.repeats; ++i) {
    wait += std::chrono::seconds(1U << i);
    after(wait, [this, syn] { send(syn); });
  }
}

void Traffic::end_application() {
  application_.reset();
  after(scenario_.server.pause_between, [this] {
    application_.emplace(scenario_.server);
    after(scenario_.server.life, [this] { end_application(); });
  });
}

void Traffic::check_health(const Endpoint& from, std::uint16_t listener) {
  Segment syn;
  syn.source = {from.address, static_cast<std::uint16_t>(1024 + draw(64000))};
  syn.destination = {TunPeer::local(Family::ipv4), static_cast<std::uint16_t>(kServerPort + listener)};
  syn.sequence = static_cast<std::uint32_t>(random_());
  syn.flags = kSyn;
  send(syn);
  after(scenario_.checks->period, [this, from, listener] { check_health(from, listener); });
}

void Traffic::probe_next_port() {
  if (next_port_ > scenario_.scan->ports) return;
  Segment syn;
  syn.source = {Address::parse("198.18.5.5"), 50123};
  // The one open port lies in the middle of the scanned ones.
  const unsigned first = kServerPort - scenario_.scan->ports / 2;
  syn.destination = {TunPeer::local(Family::ipv4), static_cast<std::uint16_t>(first + next_port_++)};
  syn.sequence = static_cast<std::uint32_t>(random_());
  syn.flags = kSyn;
  send(syn);
}

void Traffic::connect_out() {
  const Outgoing& plan = *scenario_.outgoing;
  if (outgoing_.size() >= plan.connections) {
    if (plan.answer == Answer::silence && !plan.impatient) return;
    outgoing_.erase(outgoing_.begin());  // it was refused long ago, or is given up
  }
  Handle socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "making a socket"));
  const auto port = static_cast<std::uint16_t>(5432 + next_port_++ % plan.ports);
  const SocketName name({Address::parse(kUpstream), port});
  if (::connect(socket.get(), name.get(), name.size()) != 0 && errno != EINPROGRESS) fail("connecting out");
  outgoing_.push_back(std::move(socket));
}

void Traffic::begin_client(const Crowd& crowd) {
  const Address address = client_address(scenario_.server.family(), draw(kClientHosts));
  const Endpoint self{address, static_cast<std::uint16_t>(10000 + draw(50000))};
  Client& client = clients_.emplace_back(Client{&crowd, self, static_cast<std::uint32_t>(random_())});
  by_end_[{self.address.bytes, self.port}] = &client;
  send_syn(client);
}

void Traffic::begin_burst(const Crowd& crowd) {
  const double count = capped(crowd.rate) * static_cast<double>(crowd.burst.count()) / 1000;
  // Not in one instant: the device's queue of answers is short.
  for (int i = 0; i < static_cast<int>(count); ++i)
    after(std::chrono::microseconds(i * 500), [this, &crowd] { begin_client(crowd); });
}

void Traffic::send_syn(Client& client) {
  if (client.phase != Phase::connecting || client.syns >= kMostSyns) return;
  send(client, kSyn, client.next);
  after(std::chrono::seconds(1U << client.syns++), [this, &client] { send_syn(client); });
}

void Traffic::send_request(Client& client) {
  if (client.phase != Phase::talking || client.requests >= kMostRequests) return;
  static const std::string kRequest(120, 'q');
  send(client, kPsh | kFin | kAck, client.next, kRequest);
  const auto timeout = std::max(milliseconds(200), client.crowd->rtt * 2);
  after(timeout * (1U << client.requests++), [this, &client] { send_request(client); });
}

void Traffic::answer_segment(const Segment& segment) {
  const auto found = by_end_.find({segment.destination.address.bytes, segment.destination.port});
  if (found != by_end_.end()) {
    answer_client(*found->second, segment);
    return;
  }
  if (refuses(segment)) {
    Segment reset;
    reset.source = segment.destination;
    reset.destination = segment.source;
    reset.acknowledgment = segment.sequence + 1;
    reset.flags = kRst | kAck;
    send(reset);
    return;
  }
  const bool offered = (segment.flags & (kSyn | kAck)) == (kSyn | kAck);
  if (!offered || !resets(segment)) return;  // nobody is there: the SYN+ACK ends here
  Segment reset;
  reset.source = segment.destination;
  reset.destination = segment.source;
  reset.sequence = segment.acknowledgment;
  reset.flags = kRst;
  after(kReactionOfStrangers, [this, reset] { send(reset); });
}

bool Traffic::refuses(const Segment& attempt) const {
  const auto& outgoing = scenario_.outgoing;
  return outgoing && outgoing->answer == Answer::reset && (attempt.flags & (kSyn | kAck)) == kSyn &&
         attempt.destination.address.bytes == Address::parse(kUpstream).bytes;
}

bool Traffic::resets(const Segment& answer) const {
  if (scenario_.scan || (scenario_.flood && scenario_.flood->answer == Answer::reset)) return true;
  const auto& to = answer.destination.address.bytes;
  return scenario_.checks && std::equal(to.begin(), to.begin() + 3, Address::parse(kCheckers).bytes.begin());
}

/// What the kernel says reaches the client, and the client's answer the kernel, one round trip later.
void Traffic::answer_client(Client& client, const Segment& segment) {
  if (lost(client.crowd->loss_to_client)) return;
  after(client.crowd->rtt, [this, &client, segment] {
    if ((segment.flags & kRst) != 0) client.phase = Phase::dead;
    if (client.phase == Phase::dead) return;
    if ((segment.flags & kSyn) != 0) {
      handshake_reached(client, segment);
      return;
    }
    if (client.phase == Phase::talking && segment.acknowledgment != client.next) client.phase = Phase::finished;
    if ((segment.flags & kFin) == 0) return;
    client.expected = segment.sequence + 1;
    send(client, kAck, segment.acknowledgment);
  });
}

void Traffic::handshake_reached(Client& client, const Segment& segment) {
  const bool first = client.phase == Phase::connecting;
  if (first) {
    client.expected = segment.sequence + 1;
    client.next = segment.acknowledgment;
    client.phase = Phase::talking;
  }
  send(client, kAck, client.next);
  if (first && client.crowd->manner == Manner::talks) send_request(client);
}

}  // namespace tcpstat::lab
