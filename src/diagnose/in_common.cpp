#include "diagnose/in_common.h"

#include <map>

namespace tcpstat::diagnose {
namespace {

/// So few that are heard may be a matter of chance, and so few peers are no network.
constexpr std::uint64_t kEnough = 3;

void add_clause(std::string& to, std::string_view between, const std::string& clause) {
  to += (to.empty() ? "" : std::string(between)) + clause;
}

}  // namespace

InCommon::InCommon(const StuckRows& stuck, const RowGroups& peers, const HeardPeers& heard) {
  const std::size_t since = stuck.silent_s();
  others_heard = heard.count(since) >= kEnough;
  if (!others_heard) return;
  struct Part {
    std::uint64_t rows = 0;
    std::uint64_t peers = 0;
  };
  std::map<Prefix, Part> networks;
  for (const RowGroups::Entry& peer : peers.largest()) {
    Part& part = networks[peer_network(peer.key.endpoint.address)];
    part.rows += peer.group->rows;
    ++part.peers;
  }
  for (const auto& [prefix, part] : networks) {
    if (part.peers < kEnough || !are_nearly_all(part.rows, stuck.rows()) || heard.has(prefix, since)) continue;
    network = prefix;
    whole_network = networks.size() == 1;
  }
  port = stuck.port();
  if (port && heard.has_port(*port, since)) port.reset();
  address = stuck.address();
  if (address && heard.has_address(*address, since)) address.reset();
}

std::string InCommon::where() const {
  std::string out;
  if (network) out += (whole_network ? " of " : ", nearly all of ") + to_string(*network);
  if (port) out += ", on :" + std::to_string(*port);
  if (address) out += ", at " + to_string(*address);
  return out;
}

std::string InCommon::why() const {
  std::string causes;
  if (network) add_clause(causes, ", or ", "the way to " + to_string(*network) + " is cut");
  if (port) add_clause(causes, ", or ", "a firewall may drop what is of :" + std::to_string(*port));
  if (address) add_clause(causes, ", or ", "the link or the way back of " + to_string(*address) + " is cut");
  return "others are heard meanwhile: " + causes;
}

std::string InCommon::advice() const {
  std::string out;
  if (network) add_clause(out, ", ", "look at the path to " + to_string(*network) + " (router, tunnel, firewall)");
  if (port) add_clause(out, ", ", "look at the firewall rules for port " + std::to_string(*port) + ", here first");
  if (address) add_clause(out, ", ", "look at the link, the routes and the way back of " + to_string(*address));
  return out;
}

std::string InCommon::filter() const {
  if (network) return " --remote " + to_string(*network);
  if (port) return " --local-port " + std::to_string(*port);
  return address ? " --local " + to_string(*address) : std::string();
}

}  // namespace tcpstat::diagnose
