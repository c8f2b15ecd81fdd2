#include "parsers/netlink/sock_diag_source.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <ostream>

#include "base/file_descriptor.h"

namespace tcpstat::netlink {
namespace {

/// A socket that listens on the loopback device, on a port that nobody else has.
class Listening {
 public:
  Listening() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_.get(), 7) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  FileDescriptor socket_;
  std::uint16_t port_ = 0;
};

class Found final : public Sink {
 public:
  explicit Found(std::uint16_t port) : port_(port) {}
  std::uint64_t rows = 0;
  std::vector<Listener> here;
  Flow answer = Flow::more;

  Flow connection(const Connection&) override { return ++rows, answer; }
  Flow listener(const Listener& row) override {
    ++rows;
    if (row.local.port == port_) here.push_back(row);
    return answer;
  }

 private:
  std::uint16_t port_;
};

/// Reads; false where the kernel, or a sandbox, has no NETLINK_SOCK_DIAG, which its sentence then says.
bool read(const filter::Query& query, Found& found, Coverage& coverage) {
  source::SourceOptions options;
  options.timeout = std::chrono::seconds(20);
  const auto source = make_netlink_source(options);
  CHECK(source->name() == "netlink");
  const auto done = source->read(query, found, coverage);
  if (done) return true;
  CHECK(done.error().sentence().find("NETLINK_SOCK_DIAG") != std::string::npos);
  CHECK(done.error().sentence().find("try --source proc") != std::string::npos);
  CHECK(found.rows == 0);
  MESSAGE(done.error().sentence());
  return false;
}

TEST_CASE("a listener of ours is in the dump, once, with its backlog") {
  const Listening listening;
  Found found(listening.port());
  Coverage coverage;
  filter::Query query;
  query.states = {State::listen};
  query.filter.states = query.states;
  if (!read(query, found, coverage)) return;
  REQUIRE(found.here.size() == 1);
  CHECK(to_string(found.here[0].local) == "127.0.0.1:" + std::to_string(listening.port()));
  CHECK(found.here[0].accept_limit == 7);
  CHECK(found.here[0].cookie.has_value());
  CHECK(coverage.complete);
  CHECK(coverage.rows_read == found.rows);
}

TEST_CASE("the kernel is asked for the states that are needed, and for no others") {
  const Listening listening;
  Found found(listening.port());
  Coverage coverage;
  filter::Query query;
  query.states = {State::last_ack};
  query.filter.states = query.states;
  if (!read(query, found, coverage)) return;
  CHECK(found.here.empty());
}

TEST_CASE("a sink that has enough ends the dump, and that is no failure") {
  const Listening first;
  const Listening second;
  Found found(first.port());
  found.answer = Flow::stop;
  Coverage coverage;
  filter::Query query;
  query.states = {State::listen};
  query.filter.states = query.states;
  if (!read(query, found, coverage)) return;
  CHECK(found.rows == 1);
}

}  // namespace
}  // namespace tcpstat::netlink
