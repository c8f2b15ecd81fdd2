#include "parsers/netlink/ctnetlink.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <ostream>
#include <string>
#include <vector>

#include "support/netlink.h"
#include "support/rows.h"

namespace tcpstat::netlink {
namespace {

using test::endpoint;
using test::raw;

constexpr std::uint16_t kEntry = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_NEW;

std::string attribute(unsigned type, const std::string& payload) {
  nlattr header{};
  header.nla_len = static_cast<std::uint16_t>(sizeof header + payload.size());
  header.nla_type = static_cast<std::uint16_t>(type);
  std::string out = raw(header) + payload;
  out.resize((out.size() + 3U) & ~std::size_t{3});
  return out;
}

std::string nested(unsigned type, const std::string& payload) { return attribute(type | NLA_F_NESTED, payload); }

std::string address(unsigned ipv4, unsigned ipv6, const Address& of) {
  const bool four = of.family == Family::ipv4;
  return attribute(four ? ipv4 : ipv6,
                   std::string(reinterpret_cast<const char*>(of.bytes.data()), std::size_t{four ? 4U : 16U}));
}

std::string tuple(unsigned type, const Endpoint& from, const Endpoint& to, std::uint8_t protocol = IPPROTO_TCP) {
  return nested(type, nested(CTA_TUPLE_IP, address(CTA_IP_V4_SRC, CTA_IP_V6_SRC, from.address) +
                                               address(CTA_IP_V4_DST, CTA_IP_V6_DST, to.address)) +
                          nested(CTA_TUPLE_PROTO, attribute(CTA_PROTO_NUM, raw(protocol)) +
                                                      attribute(CTA_PROTO_SRC_PORT, raw(htons(from.port))) +
                                                      attribute(CTA_PROTO_DST_PORT, raw(htons(to.port)))));
}

std::string tcp_state(std::uint8_t state) {
  return nested(CTA_PROTOINFO, nested(CTA_PROTOINFO_TCP, attribute(CTA_PROTOINFO_TCP_STATE, raw(state))));
}

std::string left(std::uint32_t seconds) { return attribute(CTA_TIMEOUT, raw(htonl(seconds))); }

std::string entry(const std::string& attributes) {
  nfgenmsg family{};
  family.nfgen_family = AF_INET;
  return raw(family) + attributes;
}

const Endpoint kClient = endpoint("198.51.100.7", 40001);
const Endpoint kPublic = endpoint("192.0.2.1", 443);
const Endpoint kServer = endpoint("10.0.0.5", 8443);

std::string syn_recv(const Endpoint& client = kClient) {
  return entry(tuple(CTA_TUPLE_ORIG, client, kPublic) + tuple(CTA_TUPLE_REPLY, kPublic, client) + left(57) +
               tcp_state(TCP_CONNTRACK_SYN_RECV));
}

ctnetlink::Entry decoded(const std::string& payload) {
  return ctnetlink::decode(std::as_bytes(std::span(payload.data(), payload.size())));
}

class Kept final : public TrackedFlowSink {
 public:
  void flow(const TrackedFlow& flow) override { flows.push_back(flow); }
  std::vector<TrackedFlow> flows;
};

TEST_CASE("an entry in SYN_RECV tells its source, its listener and its age") {
  const auto flow = decoded(syn_recv()).flow;
  REQUIRE(flow);
  CHECK(flow->source == kClient);
  CHECK(flow->local == kPublic);
  CHECK(flow->state == State::syn_recv);
  CHECK(flow->left_s == 57);
}

TEST_CASE("behind address translation the listener is the one that answers") {
  const auto flow = decoded(entry(tuple(CTA_TUPLE_ORIG, kClient, kPublic) + tuple(CTA_TUPLE_REPLY, kServer, kClient) +
                                  tcp_state(TCP_CONNTRACK_SYN_SENT)))
                        .flow;
  REQUIRE(flow);
  CHECK(flow->local == kServer);
  CHECK(flow->state == State::syn_sent);
  CHECK_FALSE(flow->left_s);
}

TEST_CASE("IPv6, and an entry without a reply") {
  const Endpoint client = endpoint("2001:db8::7", 40001);
  const Endpoint server = endpoint("2001:db8::1", 443);
  const auto flow = decoded(entry(tuple(CTA_TUPLE_ORIG, client, server) + tcp_state(TCP_CONNTRACK_SYN_RECV))).flow;
  REQUIRE(flow);
  CHECK(flow->source == client);
  CHECK(flow->local == server);
}

TEST_CASE("a reset entry was half-open if it was answered and never assured") {
  struct Row {
    std::uint32_t status;
    bool told;
  };
  for (const Row& row : {Row{IPS_SEEN_REPLY, true}, Row{IPS_SEEN_REPLY | IPS_ASSURED, false}, Row{0, false}}) {
    CAPTURE(row.status);
    const auto flow = decoded(entry(tuple(CTA_TUPLE_ORIG, kClient, kPublic) +
                                    attribute(CTA_STATUS, raw(htonl(row.status))) + tcp_state(TCP_CONNTRACK_CLOSE)))
                          .flow;
    CHECK(flow.has_value() == row.told);
    if (flow) CHECK(flow->state == State::close);
  }
  CHECK_FALSE(decoded(entry(tuple(CTA_TUPLE_ORIG, kClient, kPublic) + tcp_state(TCP_CONNTRACK_CLOSE))).flow);
}

TEST_CASE("other states and protocols are passed over") {
  for (const std::uint8_t state : {TCP_CONNTRACK_NONE, TCP_CONNTRACK_ESTABLISHED, TCP_CONNTRACK_TIME_WAIT}) {
    const auto other = decoded(entry(tuple(CTA_TUPLE_ORIG, kClient, kPublic) + tcp_state(state)));
    CHECK_FALSE(other.flow);
    CHECK_FALSE(other.flaw);
  }
  const auto udp = decoded(entry(tuple(CTA_TUPLE_ORIG, kClient, kPublic, IPPROTO_UDP)));
  CHECK_FALSE(udp.flow);
  CHECK_FALSE(udp.flaw);
}

TEST_CASE("what is cut or has wrong lengths is a flaw, wherever it happens") {
  const std::string whole = syn_recv();
  CHECK(decoded("").flaw == Flaw::cut_short);
  std::size_t flaws = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = decoded(whole.substr(0, size));
    CHECK_FALSE(cut.flow);  // the state comes last
    if (cut.flaw) ++flaws;
  }
  CHECK(flaws > whole.size() / 2);
  CHECK(decoded(entry(tcp_state(TCP_CONNTRACK_SYN_RECV))).flaw == std::nullopt);  // no protocol, so not TCP's
  const std::string no_ports =
      nested(CTA_TUPLE_ORIG, nested(CTA_TUPLE_PROTO, attribute(CTA_PROTO_NUM, raw(std::uint8_t{IPPROTO_TCP}))));
  CHECK(decoded(entry(no_ports + tcp_state(TCP_CONNTRACK_SYN_RECV))).flaw == Flaw::cut_short);
}

TEST_CASE("a block of entries, an error, an end") {
  Kept kept;
  ctnetlink::Stream stream(kept, NetlinkFraming::Expected{1, 2});
  const auto feed = [&stream](const std::string& block) {
    return stream.feed(std::as_bytes(std::span(block.data(), block.size())));
  };
  const std::string other = syn_recv(endpoint("198.51.100.8", 40002));
  CHECK(feed(test::framed(syn_recv(), kEntry) + test::framed(other, kEntry) + test::framed(other, kEntry, 9) +
             test::framed(other, kEntry + 1) + test::framed("x", kEntry)) == NetlinkFraming::End::none);
  CHECK(kept.flows.size() == 2);
  CHECK(stream.flawed() == 1);
  CHECK(feed(test::framed_number(NLMSG_ERROR, -EPERM)) == NetlinkFraming::End::failed);
  CHECK(stream.error() == EPERM);
  CHECK(feed(test::done()) == NetlinkFraming::End::done);
}

TEST_CASE("what the kernel says of a dump that is not whole is told once") {
  Kept kept;
  ctnetlink::Stream stream(kept, NetlinkFraming::Expected{1, 2});
  const auto feed = [&stream](const std::string& block) {
    return stream.feed(std::as_bytes(std::span(block.data(), block.size())));
  };
  CHECK(feed(test::framed(syn_recv(), kEntry)) == NetlinkFraming::End::none);
  CHECK_FALSE(stream.take_lost());
  CHECK(feed(test::framed("", NLMSG_OVERRUN)) == NetlinkFraming::End::none);
  CHECK(stream.take_lost());
  CHECK_FALSE(stream.take_lost());
}

}  // namespace
}  // namespace tcpstat::netlink
