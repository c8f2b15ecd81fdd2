#include "oracle_stage.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <thread>

#include "failure.h"
#include "trace/judgement.h"

namespace tcpstat::lab {
namespace {

/// Ports of the tests of the oracle and of nothing else: below those that the kernel hands out, here and elsewhere.
constexpr PortRange kPorts{12700, 12999};
constexpr std::uint16_t kFirstVisitor = 12800;

}  // namespace

std::unique_ptr<Stage> Stage::open() {
  enter_namespace();
  try {
    return std::unique_ptr<Stage>(new Stage());
  } catch (const std::system_error& error) {
    std::printf("skipped: %s\n", error.what());
    return nullptr;
  }
}

Stage::Stage() : trace_(kPorts, {own_loopback(), own_peer()}) {}

Handle Stage::listener(std::uint16_t port, int backlog) {
  Handle socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a listener"));
  const int yes = 1;
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "sharing a port");
  const SocketName name({Address::parse("0.0.0.0"), port});
  check(::bind(socket.get(), name.get(), name.size()), "binding a listener");
  check(::listen(socket.get(), backlog), "listening");
  return socket;
}

Conversation Stage::arriving(std::uint16_t port) {
  const auto visitor = static_cast<std::uint16_t>(kFirstVisitor + visitors_++);
  return Conversation::to_listener(peer, {TunPeer::local(Family::ipv4), port}, {own_peer(), visitor});
}

Conversation Stage::accepted(const Handle& listener, std::uint16_t port) {
  Conversation conversation = arriving(port);
  conversation.shake_hands();
  conversation.adopt(accept_from(listener));
  return conversation;
}

Conversation Stage::leaving() {
  const auto visitor = static_cast<std::uint16_t>(kFirstVisitor + visitors_++);
  auto conversation = Conversation::from_kernel(peer, {own_peer(), visitor}, false);
  conversation.read_syn();
  return conversation;
}

std::vector<std::string> Stage::lives_when(const std::vector<std::string>& expected) const {
  std::vector<std::string> sorted = expected;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> lives;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  do {
    lives.clear();
    for (const Life& life : lives_of(trace_.events()).all) {
      if (life.states.at(1) != State::listen) lives.push_back(life.text());
    }
    std::sort(lives.begin(), lives.end());
    if (lives == sorted) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  } while (std::chrono::steady_clock::now() < until);
  return lives;
}

std::vector<std::string> Stage::complaints() const {
  std::vector<std::string> complaints;
  const auto events = trace_.events();
  for (const TracedEvent& event : events) {
    const Judgement judgement = trace::judge_exact(event.from, event.to);
    if (judgement.verdict == TransitionVerdict::illegal) complaints.push_back(event.text() + ": " + judgement.reason);
  }
  const auto breaks = lives_of(events).breaks;
  complaints.insert(complaints.end(), breaks.begin(), breaks.end());
  if (trace_.lost() != 0) complaints.push_back("lost events: " + std::to_string(trace_.lost()));
  return complaints;
}

Address own_loopback() { return Address::parse("127.77.0.1"); }
Address own_peer() { return Address::parse("10.177.0.1"); }

Handle accept_from(const Handle& listener) {
  return Handle(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting"));
}

Handle connect_to(std::uint16_t port) {
  Handle socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a client"));
  const SocketName name({own_loopback(), port});
  check(::connect(socket.get(), name.get(), name.size()), "connecting");
  return socket;
}

void linger_0(int fd) {
  const linger now{1, 0};
  check(::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), "setting SO_LINGER");
}

void read_to_end(int fd) {
  char buffer[4096];
  while (check(::recv(fd, buffer, sizeof buffer, 0), "reading to the end") > 0) {
  }
}

}  // namespace tcpstat::lab
