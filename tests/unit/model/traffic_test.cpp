#include "model/traffic.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>

namespace tcpstat::inline model {
namespace {

TEST_CASE("what a connection carried stands in tcp_info, as far as the kernel sent that") {
  std::vector<std::byte> info(280);
  set_tcp_info_value(info, tcp_info_field("bytes_sent"), 5'000'000'000);
  set_tcp_info_value(info, tcp_info_field("bytes_received"), 2);
  set_tcp_info_value(info, tcp_info_field("segs_out"), 3);
  set_tcp_info_value(info, tcp_info_field("segs_in"), 4);
  set_tcp_info_value(info, tcp_info_field("total_retrans"), 5);
  const Traffic whole = traffic_of(TcpInfo(info));
  CHECK(whole.sent_bytes == 5'000'000'000U);
  CHECK(whole.received_bytes == 2U);
  CHECK(whole.segments_out == 3U);
  CHECK(whole.segments_in == 4U);
  CHECK(whole.retransmits == 5U);
  // Linux 4.9 ends at 168 bytes, before the bytes that were sent.
  const Traffic old = traffic_of(TcpInfo(std::span(info).first(168)));
  CHECK_FALSE(old.sent_bytes);
  CHECK(old.received_bytes == 2U);
  CHECK_FALSE(traffic_of({}).retransmits);
}

TEST_CASE("a rate is what grew, by the seconds between") {
  const Traffic before{.sent_bytes = 1000, .received_bytes = 5, .segments_out = 10, .segments_in = 4, .retransmits = 0};
  const Traffic now{.sent_bytes = 4000, .received_bytes = 5, .segments_out = 11, .segments_in = 1000, .retransmits = 1};
  const Rates rates = rates_between(before, now, 2);
  CHECK(rates.sent_bytes == 1500U);
  CHECK(rates.received_bytes == 0U);
  CHECK(rates.segments_in == 498U);
}

TEST_CASE("what happened at all is not rounded away") {
  CHECK(rates_between({.retransmits = 7}, {.retransmits = 8}, 60).retransmits == 1U);
  CHECK(rates_between({.retransmits = 7}, {.retransmits = 7}, 60).retransmits == 0U);
}

TEST_CASE("unknown is no rate") {
  CHECK_FALSE(rates_between({}, {.sent_bytes = 5}, 1).sent_bytes);
  CHECK_FALSE(rates_between({.sent_bytes = 5}, {}, 1).sent_bytes);
  CHECK_FALSE(rates_between({.sent_bytes = 5}, {.sent_bytes = 4}, 1).sent_bytes);  // another life
  CHECK_FALSE(rates_between({.sent_bytes = 5}, {.sent_bytes = 9}, 0).sent_bytes);
  CHECK_FALSE(rates_between({.sent_bytes = 5}, {.sent_bytes = 9}, -1).sent_bytes);
}

TEST_CASE("a counter of 32 bits may go round between two samples") {
  CHECK(rates_between({.segments_out = UINT32_MAX}, {.segments_out = 9}, 1).segments_out == 10U);
}

}  // namespace
}  // namespace tcpstat::inline model
