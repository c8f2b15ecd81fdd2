// Services of which only connections are left.

#include <doctest/doctest.h>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

using Ports = std::vector<std::uint16_t>;

}  // namespace

TEST_CASE("a service is gone if connections to it are left and nothing listens on its port") {
  Diagnosing run;
  run.rows(4, served(State::time_wait, 8080));
  CHECK(run.diagnoser().left_services().empty());
  run.rows(1, served(State::fin_wait2, 8080));
  CHECK(run.diagnoser().left_services() == Ports{8080});
  run.rows(9, served(State::established, 80));
  CHECK(run.diagnoser().left_services() == Ports{80, 8080});
  run.row(listener(endpoint("192.0.2.1", 8080)));
  CHECK(run.diagnoser().left_services() == Ports{80});
}

TEST_CASE("a transparent proxy takes connections to ports on which nothing listens") {
  Connection proxied = served(State::established);
  proxied.transparent = true;
  Diagnosing run;
  run.rows(9, proxied);
  CHECK(run.diagnoser().left_services().empty());
  // Only full sockets tell.
  run.rows(9, served(State::time_wait));
  CHECK(run.diagnoser().left_services().empty());

  Diagnosing behind;
  behind.rows(9, served(State::time_wait, 80));
  Connection own = served(State::established, 8080);
  own.transparent = false;
  behind.rows(5, own);
  Listener proxy = listener(endpoint("0.0.0.0", 15'001));
  proxy.transparent = false;
  behind.row(proxy);
  CHECK(behind.diagnoser().left_services() == Ports{80, 8080});
  proxy.transparent = true;
  behind.row(proxy);
  CHECK(behind.diagnoser().left_services() == Ports{8080});
}

TEST_CASE("what this host opens leaves no service behind") {
  Diagnosing run;
  run.rows(50, served(State::established, 40'000));  // of ip_local_port_range
  run.rows(50, served(State::syn_sent, 700));
  run.rows(50, served(State::close, 700));
  run.rows(50, served(State::time_wait, 20));  // FTP data
  CHECK(run.diagnoser().left_services().empty());
}
