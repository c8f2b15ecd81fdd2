#include "detect/flood_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "model/state.h"

namespace tcpstat::detect {
namespace {

constexpr std::size_t kMostRanges = 6;
constexpr std::string_view kDash = "\u2013";

std::string packets_command(const Assessment& one, std::string_view ipv4, std::string_view ipv6) {
  const SynListener* listener = one.of->now;
  const bool ipv6_only =
      listener != nullptr && listener->local.address.family == Family::ipv6 && !listener->local.address.is_wildcard();
  const bool ipv4_only = listener != nullptr && listener->local.address.family == Family::ipv4;
  std::string what = ipv6_only ? std::string(ipv6) : std::string(ipv4);
  // pcap-filter(7): "and" and "or" bind equally strongly, from left to right.
  if (!ipv6_only && !ipv4_only) what = "(" + what + " or (" + std::string(ipv6) + "))";
  const std::string where = listener == nullptr ? "" : "dst port " + std::to_string(listener->local.port) + " and ";
  return "tcpdump -nni any -c 100 '" + where + what + "'";
}

}  // namespace

std::string number(double value) {
  std::array<char, 32> text{};
  const double shown = value < 10 ? std::round(value * 10) / 10 : std::round(value);
  const int digits = value < 10 && shown != std::round(shown) ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f", digits, shown);
  return text.data();
}

std::string counted_per_second(double per_s, std::string_view noun, std::string_view one, std::string_view many) {
  const std::string rate = number(per_s);
  const bool single = rate == "1";
  return (rate + " ").append(noun).append(single ? " a second" : "s a second").append(single ? one : many);
}

std::string rate_text(std::optional<double> rate, std::string_view before) {
  constexpr double kShown = 0.05;
  return rate.value_or(0) < kShown ? "" : std::string(before) + number(*rate) + " SYN/s";
}

std::string ports_text(std::vector<std::uint16_t> ports) {
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  std::string out;
  std::size_t ranges = 0;
  for (std::size_t i = 0; i < ports.size(); ++ranges) {
    if (ranges == kMostRanges) return out + " and " + std::to_string(ports.size() - i) + " more";
    std::size_t last = i;
    while (last + 1 < ports.size() && ports[last + 1] == ports[last] + 1) ++last;
    if (!out.empty()) out += ", ";
    out += std::to_string(ports[i]);
    if (last > i) out += std::string(last > i + 1 ? kDash : ", ") + std::to_string(ports[last]);
    i = last + 1;
  }
  return out;
}

std::string queue_text(const Measurements& signals) {
  if (!signals.limit) return ", " + number(signals.half_open) + " half-open";
  if (signals.half_open >= *signals.limit) {
    return ", queue full (" + number(signals.half_open) + ", room for " + number(*signals.limit) + ")";
  }
  return ", queue " + number(signals.half_open) + " of " + number(*signals.limit);
}

std::string port_words(const Assessment& one) {
  return one.of->now == nullptr ? "" : " --local-port " + std::to_string(one.of->now->local.port);
}

std::string list_command(const Assessment& one) {
  return "tcpstat -s " + std::string(name(State::syn_recv)) + port_words(one);
}

// pcap-filter(7): tcp[…] reads IPv4 alone; in IPv6 the flags are the byte 53, if no extension header stands before TCP.
// A number for SYN and ACK, because their names would need a bar, which ends a text where Nagios reads it.
std::string syn_packets_command(const Assessment& one) {
  return packets_command(one, "tcp[tcpflags] & 0x12 == tcp-syn", "ip6[6] == 6 and ip6[53] & 0x12 == 2");
}

std::string reset_packets_command(const Assessment& one) {
  return packets_command(one, "tcp[tcpflags] & tcp-rst != 0", "ip6[6] == 6 and ip6[53] & 4 != 0");
}

}  // namespace tcpstat::detect
