#include "pairs.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "failure.h"

namespace tcpstat::lab {
namespace {

int domain(const Endpoint& endpoint) { return endpoint.address.family == Family::ipv4 ? AF_INET : AF_INET6; }

void end_with_reset(int fd) {
  const linger option{1, 0};
  check(::setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, sizeof option), "setting SO_LINGER");
}

}  // namespace

PairMaker::PairMaker(const Endpoint& local)
    : local_(local), listener_(check(::socket(domain(local), SOCK_STREAM | SOCK_CLOEXEC, 0), "making a listener")) {
  const int on = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const SocketName name(local);
  check(::bind(listener_.get(), name.get(), name.size()), "binding to " + local.address.text());
  check(::listen(listener_.get(), 64), "listening");
}

void PairMaker::make(std::vector<Handle>& sockets, Ending ending) const {
  Handle client(check(::socket(domain(local_), SOCK_STREAM | SOCK_CLOEXEC, 0), "making a client"));
  const int no_early_port = 1;
  if (local_.address.family == Family::ipv4) {
    // The port is chosen at connect(2), where only the whole tuple must be free: ip(7), IP_BIND_ADDRESS_NO_PORT.
    check(::setsockopt(client.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &no_early_port, sizeof no_early_port),
          "setting IP_BIND_ADDRESS_NO_PORT");
    const SocketName own({local_.address, 0});
    check(::bind(client.get(), own.get(), own.size()), "binding a client");
  }
  const SocketName target(local_);
  check(::connect(client.get(), target.get(), target.size()), "connecting over loopback");
  Handle server(check(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting over loopback"));
  if (ending == Ending::reset) {
    end_with_reset(client.get());
    end_with_reset(server.get());
  }
  sockets.push_back(std::move(client));
  sockets.push_back(std::move(server));
}

}  // namespace tcpstat::lab
