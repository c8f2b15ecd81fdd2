#include "model/tcp_info.h"

#include <doctest/doctest.h>
#include <linux/tcp.h>

#include <ostream>
#include <set>
#include <string>

#include "support/rows.h"

namespace tcpstat {
namespace {

const TcpInfoField& field(std::string_view key) {
  for (const TcpInfoField& candidate : tcp_info_fields()) {
    if (candidate.key == key) return candidate;
  }
  throw std::invalid_argument(std::string(key));
}

TEST_CASE("fields lie where the kernel's header puts them") {
  struct Row {
    std::string_view key;
    std::size_t offset;
    std::size_t size;
  };
#define AT(key, member) \
  { key, offsetof(tcp_info, member), sizeof(tcp_info::member) }
  constexpr Row kRows[] = {
      AT("ca_state", tcpi_ca_state),
      AT("probes", tcpi_probes),
      AT("backoff", tcpi_backoff),
      AT("options", tcpi_options),
      AT("rto_ms", tcpi_rto),
      AT("ato_ms", tcpi_ato),
      AT("mss", tcpi_snd_mss),
      AT("rcv_mss", tcpi_rcv_mss),
      AT("unacked", tcpi_unacked),
      AT("sacked", tcpi_sacked),
      AT("lost", tcpi_lost),
      AT("retrans", tcpi_retrans),
      AT("last_data_sent_ms", tcpi_last_data_sent),
      AT("last_data_recv_ms", tcpi_last_data_recv),
      AT("last_ack_recv_ms", tcpi_last_ack_recv),
      AT("pmtu", tcpi_pmtu),
      AT("rcv_ssthresh", tcpi_rcv_ssthresh),
      AT("rtt_us", tcpi_rtt),
      AT("rttvar_us", tcpi_rttvar),
      AT("ssthresh", tcpi_snd_ssthresh),
      AT("cwnd", tcpi_snd_cwnd),
      AT("advmss", tcpi_advmss),
      AT("reordering", tcpi_reordering),
      AT("rcv_rtt_us", tcpi_rcv_rtt),
      AT("rcv_space", tcpi_rcv_space),
      AT("total_retrans", tcpi_total_retrans),
      AT("pacing_rate", tcpi_pacing_rate),
      AT("max_pacing_rate", tcpi_max_pacing_rate),
      AT("bytes_acked", tcpi_bytes_acked),
      AT("bytes_received", tcpi_bytes_received),
      AT("segs_out", tcpi_segs_out),
      AT("segs_in", tcpi_segs_in),
      AT("notsent_bytes", tcpi_notsent_bytes),
      AT("min_rtt_us", tcpi_min_rtt),
      AT("data_segs_in", tcpi_data_segs_in),
      AT("data_segs_out", tcpi_data_segs_out),
      AT("delivery_rate", tcpi_delivery_rate),
      AT("busy_us", tcpi_busy_time),
      AT("rwnd_limited_us", tcpi_rwnd_limited),
      AT("sndbuf_limited_us", tcpi_sndbuf_limited),
      AT("delivered", tcpi_delivered),
      AT("delivered_ce", tcpi_delivered_ce),
      AT("bytes_sent", tcpi_bytes_sent),
      AT("bytes_retrans", tcpi_bytes_retrans),
      AT("dsack_dups", tcpi_dsack_dups),
      AT("reord_seen", tcpi_reord_seen),
      AT("rcv_ooopack", tcpi_rcv_ooopack),
      AT("snd_wnd", tcpi_snd_wnd),
  };
#undef AT
  for (const Row& row : kRows) {
    CAPTURE(row.key);
    CHECK(field(row.key).offset == row.offset);
    CHECK(field(row.key).size == row.size);
  }
}

TEST_CASE("bits share a byte, units are those of the name, and all bits set is unlimited") {
  std::vector<std::byte> info(280);
  info[6] = std::byte{0x97};  // the compiler's order: the first four bits are the low ones
  CHECK(tcp_info_value(info, field("snd_wscale")) == 7U);
  CHECK(tcp_info_value(info, field("rcv_wscale")) == 9U);
  const std::uint32_t rto_us = 204'999;
  std::memcpy(info.data() + 8, &rto_us, sizeof rto_us);
  CHECK(tcp_info_value(info, field("rto_ms")) == 204U);
  CHECK(tcp_info_value(info, field("max_pacing_rate")) == 0U);
  std::memset(info.data() + 112, 0xFF, 8);
  CHECK_FALSE(tcp_info_value(info, field("max_pacing_rate")));
  std::memset(info.data() + 68, 0xFF, 4);
  CHECK(tcp_info_value(info, field("rtt_us")) == UINT32_MAX);
}

TEST_CASE("a round-trip time that was not measured is not known") {
  std::vector<std::byte> info(280);
  const auto put = [&](std::size_t at, std::uint32_t value) { std::memcpy(info.data() + at, &value, sizeof value); };
  // A SYN_SENT socket of Linux 6.18.
  put(72, 250'000);
  put(148, UINT32_MAX);
  for (const std::string_view key : {"rtt_us", "rttvar_us", "min_rtt_us", "rcv_rtt_us"}) {
    CAPTURE(key);
    CHECK_FALSE(tcp_info_value(info, field(key)));
  }
  put(68, 70);
  put(148, 40);
  CHECK(tcp_info_value(info, field("rtt_us")) == 70U);
  CHECK(tcp_info_value(info, field("rttvar_us")) == 250'000U);
  CHECK(tcp_info_value(info, field("min_rtt_us")) == 40U);
  CHECK_FALSE(tcp_info_value(info, field("rcv_rtt_us")));
  put(92, 30);
  CHECK(tcp_info_value(info, field("rcv_rtt_us")) == 30U);
  CHECK(tcp_info_value(info, field("ssthresh")) == 0U);
  // A file that has one and not the other.
  put(68, 0);
  CHECK(tcp_info_value(TcpInfo(info, missing_bit(field("rtt_us"))), field("rttvar_us")) == 250'000U);
}

TEST_CASE("a value that is put back is the value that was read, and nothing else changes") {
  test::Random random(41);
  for (int i = 0; i < 200; ++i) {
    std::vector<std::byte> info(280);
    for (std::byte& byte : info) byte = static_cast<std::byte>(random.number());
    std::vector<std::byte> copy;
    for (const TcpInfoField& each : tcp_info_fields()) {
      if (const auto value = tcp_info_value(info, each)) set_tcp_info_value(copy, each, *value);
    }
    for (const TcpInfoField& each : tcp_info_fields()) {
      CAPTURE(each.name);
      REQUIRE(tcp_info_value(copy, each) == tcp_info_value(info, each));
    }
  }
}

TEST_CASE("no two fields have one name") {
  std::set<std::string_view> names;
  std::set<std::string_view> keys;
  for (const TcpInfoField& each : tcp_info_fields()) {
    CHECK(names.insert(each.name).second);
    CHECK(keys.insert(each.key).second);
  }
}

}  // namespace
}  // namespace tcpstat
