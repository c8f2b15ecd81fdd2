// Evidence as people read it.

#include "render/evidence_text.h"

#include <doctest/doctest.h>

#include "render/escape.h"

using namespace tcpstat;
using namespace tcpstat::render;

TEST_CASE("evidence says what was measured, its limit, for what it speaks, and where it was read") {
  CHECK(evidence_text({"accept_queue_load", 1.2, ">=", 0.9, "ratio", -6, "sock_diag"}) ==
        "accept queue 120 % full (limit 90 %): speaks against a flood (−6) · sock_diag");
  CHECK(evidence_text({"stale_half_opens", 0.9733, ">=", 0.8, "ratio", 3, "sock_diag"}) ==
        "stale half-opens 97.3 % (limit 80 %): speaks for a flood (+3) · sock_diag");
  CHECK(evidence_text({"cookie_answers", 0, "<", 0.05, "ratio", 1.5, ""}) ==
        "cookie answers 0 % (less than 5 %): speaks for a flood (+1.5)");
  CHECK(evidence_text({"working_connections", 0, "<=", 0, "sockets", 0, "sock_diag"}) ==
        "working connections 0 sockets (at most 0) · sock_diag");
  CHECK(evidence_text({"selected_sockets", 257, ">", 100, "sockets", 0, ""}) ==
        "selected sockets 257 sockets (more than 100)");
  CHECK(evidence_text({"selected_sockets", 15, "inside", 10, "sockets", 0, ""}) ==
        "selected sockets 15 sockets (inside, from 10)");
  CHECK(evidence_text({"tcp_syncookies", std::nullopt, "", std::nullopt, "", 0, "net.ipv4.tcp_syncookies"}) ==
        "tcp syncookies unknown · net.ipv4.tcp_syncookies");
}

TEST_CASE("how many there are of one thing for another is no percentage") {
  CHECK(evidence_text({"syn_retransmits_per_timeout", 3.25, ">", 2, "ratio", 0, ""}) ==
        "syn retransmits per timeout 3.25 (more than 2)");
}

TEST_CASE("the unit stands behind the number alone") {
  CHECK(evidence_text({"oldest_s", 0.28, "", std::nullopt, "s", 0, "tcp_info"}) == "oldest 0.28 s · tcp_info");
  CHECK(evidence_text({"arrivals_per_s", 19, ">=", 5, "SYN/s", 0, ""}) == "arrivals 19 SYN/s (limit 5)");
  CHECK(evidence_text({"idle_s", std::nullopt, "", std::nullopt, "s", 0, ""}) == "idle s unknown");
}

TEST_CASE("of one thing the unit is singular") {
  CHECK(evidence_text({"peers", 1, "", std::nullopt, "sockets", 0, ""}) == "peers 1 socket");
  CHECK(evidence_text({"worst", 1, ">=", 3, "tries", 0, ""}) == "worst 1 try (limit 3)");
  CHECK(evidence_text({"held", 1, "", std::nullopt, "processes", 0, ""}) == "held 1 process");
  CHECK(evidence_text({"age", 1, "", std::nullopt, "ms", 0, ""}) == "age 1 ms");
  CHECK(evidence_text({"rate", 1, "", std::nullopt, "segments/s", 0, ""}) == "rate 1 segments/s");
  CHECK(evidence_text({"peers", 2, "", std::nullopt, "sockets", 0, ""}) == "peers 2 sockets");
}

TEST_CASE("signs have a stand-in where only ASCII can be shown") {
  CHECK(shown_in(Charset::ascii, evidence_text({"accept_queue_load", 1.2, ">=", 0.9, "ratio", -6, "sock_diag"})) ==
        "accept queue 120 % full (limit 90 %): speaks against a flood (-6), sock_diag");
}
