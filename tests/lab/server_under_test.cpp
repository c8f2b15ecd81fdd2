#include "server_under_test.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <thread>

#include "command.h"
#include "failure.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int kBacklog = 512;
/// Longer than any timer that these tests wait for.
constexpr std::chrono::seconds kPatience{15};
constexpr std::chrono::milliseconds kBetween{100};
/// By then a program that was just started has taken it.
constexpr std::chrono::milliseconds kFirstSample{1200};

}  // namespace

CheckOutcome check_outcome(const std::string& rule, const std::vector<std::string>& words) {
  std::vector<std::string> all{"check", "--json", "--rule", rule};
  all.insert(all.end(), words.begin(), words.end());
  const Outcome outcome = tcpstat(all);
  const json document = json::parse(outcome.out, nullptr, false);
  if (!document.is_object()) return {outcome.err, "", "", {}};
  CheckOutcome said{document.value("status", ""), "", "", json::object()};
  const json findings = document.value("findings", json::array());
  if (findings.empty()) return said;
  said.subject = findings[0].value("subject", "");
  said.message = findings[0].value("message", "");
  for (const json& one : findings[0].value("evidence", json::array())) said.evidence[one["quantity"]] = one["value"];
  return said;
}

CheckOutcome complaint(const std::string& rule, const std::vector<std::string>& words,
                       const std::function<void()>& meanwhile) {
  const auto deadline = Clock::now() + kPatience;
  for (;;) {
    CheckOutcome said = check_outcome(rule, words);
    if (said.status != "OK" || Clock::now() > deadline) return said;
    if (meanwhile)
      meanwhile();
    else
      std::this_thread::sleep_for(kBetween);
  }
}

CheckOutcome complaint_of(int sockets, const std::string& rule) {
  const auto deadline = Clock::now() + kPatience;
  for (;;) {
    CheckOutcome said = complaint(rule);
    if (said.evidence.value("sockets", 0) >= sockets || Clock::now() > deadline) return said;
    std::this_thread::sleep_for(kBetween);
  }
}

CheckOutcome check_outcome_around(const std::string& rule, const std::function<void()>& meanwhile) {
  auto said = std::async(std::launch::async, [&] { return check_outcome(rule, {"--interval", "3"}); });
  std::this_thread::sleep_for(kFirstSample);
  meanwhile();
  return said.get();
}

ServerUnderTest::ServerUnderTest()
    : listener_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a listener")) {
  const SocketName name({TunPeer::local(Family::ipv4), kPort});
  check(::bind(listener_.get(), name.get(), name.size()), "binding");
  check(::listen(listener_.get(), kBacklog), "listening");
}

Conversations ServerUnderTest::arriving(std::size_t count, const Address& from) {
  Conversations all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(Conversation::to_listener(peer_, {TunPeer::local(Family::ipv4), kPort}, {from, next_port_++}));
  return all;
}

Conversations ServerUnderTest::accepted(std::size_t count, const Address& from) {
  Conversations all = arriving(count, from);
  for (Conversation& one : all) {
    one.shake_hands();
    one.adopt(Handle(check(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting")));
  }
  return all;
}

Conversations ServerUnderTest::leaving(std::size_t count, const Endpoint& to) {
  Conversations all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(Conversation::from_kernel(peer_, to, false));
    all.back().read_syn();
  }
  return all;
}

void ServerUnderTest::answer(Conversations& all, std::uint16_t window, std::chrono::milliseconds time) {
  const auto end = Clock::now() + time;
  for (;;) {
    while (const auto segment = peer_.receive()) {
      const auto whose = std::find_if(all.begin(), all.end(), [&](const Conversation& one) {
        return one.local() == segment->source && one.remote() == segment->destination;
      });
      if (whose != all.end()) whose->send_ack(window);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return;
    pollfd wait{peer_.fd(), POLLIN, 0};
    ::poll(&wait, 1, static_cast<int>(left.count()));
  }
}

Address visitor(std::uint32_t number) { return Address::peer(Family::ipv4, number); }

void set_option(const Conversation& conversation, int level, int option, int value) {
  check(::setsockopt(conversation.fd(), level, option, &value, sizeof value), "setting a socket option");
}

}  // namespace tcpstat::lab
