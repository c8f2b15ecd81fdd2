#include "server_application.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "failure.h"

namespace tcpstat::lab {
namespace {

using Clock = std::chrono::steady_clock;

Handle listen_as(const Server& server, std::uint16_t port) {
  const bool ipv4 = server.bound == Server::Bound::ipv4;
  Handle socket(check(::socket(ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                      "making the server's socket"));
  const int one = 1;
  const int v6_only = server.bound == Server::Bound::ipv6 ? 1 : 0;
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "setting SO_REUSEADDR");
  if (!ipv4)
    check(::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only), "setting IPV6_V6ONLY");
  if (server.defer_accept > 0)
    check(::setsockopt(socket.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &server.defer_accept, sizeof server.defer_accept),
          "setting TCP_DEFER_ACCEPT");
  const SocketName name({Address::parse(ipv4 ? "0.0.0.0" : "::"), port});
  check(::bind(socket.get(), name.get(), name.size()), "binding the server");
  check(::listen(socket.get(), server.backlog), "listening");
  return socket;
}

}  // namespace

ServerApplication::ServerApplication(const Server& server)
    : server_(server), events_(check(::epoll_create1(EPOLL_CLOEXEC), "making an epoll")) {
  for (std::uint16_t i = 0; i < server.listeners; ++i)
    listeners_.push_back(listen_as(server, static_cast<std::uint16_t>(kServerPort + i)));
  if (server_.accepting == Accepting::slowly) next_turn_ = Clock::now();
  if (server_.accepting != Accepting::at_once) return;
  for (const Handle& listener : listeners_) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = listener.get();
    check(::epoll_ctl(events_.get(), EPOLL_CTL_ADD, listener.get(), &event), "watching the listener");
  }
}

bool ServerApplication::listens(int fd) const {
  return std::any_of(listeners_.begin(), listeners_.end(), [fd](const Handle& one) { return one.get() == fd; });
}

bool ServerApplication::accept_one(int listener) {
  Handle connection(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection.valid()) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = connection.get();
  check(::epoll_ctl(events_.get(), EPOLL_CTL_ADD, connection.get(), &event), "watching a connection");
  const int fd = connection.get();
  connections_[fd] = std::move(connection);
  return true;
}

void ServerApplication::read_from(int fd) {
  std::array<char, 4096> buffer;
  const auto size = ::read(fd, buffer.data(), buffer.size());
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) connections_.erase(fd);
}

void ServerApplication::work() {
  if (Clock::now() >= next_turn_) {
    for (const Handle& listener : listeners_) accept_one(listener.get());
    next_turn_ += server_.pause;
  }
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const int fd = events[static_cast<std::size_t>(i)].data.fd;
    if (!listens(fd))
      read_from(fd);
    else
      while (accept_one(fd)) {
      }
  }
}

}  // namespace tcpstat::lab
