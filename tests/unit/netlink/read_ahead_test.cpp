#include "parsers/netlink/read_ahead.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ostream>

#include "base/file_descriptor.h"

namespace tcpstat::netlink {
namespace {

constexpr std::size_t kBlockBytes = 64;

/// Datagrams with a number each, received as those of a dump are.
class Numbers {
 public:
  Numbers() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    in_ = FileDescriptor(ends[0]);
    out_ = FileDescriptor(ends[1]);
  }

  void send(int count) {
    for (int i = 0; i < count; ++i) {
      REQUIRE(::send(out_.get(), &sent_, sizeof sent_, 0) == static_cast<ssize_t>(sizeof sent_));
      ++sent_;
    }
  }
  void end() { out_ = FileDescriptor(); }

  [[nodiscard]] ReadAhead::Receive receive() const {
    return [fd = in_.get()](std::span<std::byte> buffer) -> ssize_t {
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      return got > 0 ? got : got == 0 ? -EPIPE : -errno;
    };
  }
  [[nodiscard]] ReadAhead::Wait wait() const {
    return [fd = in_.get()](int stop_fd) {
      std::array<pollfd, 2> waiting = {{{fd, POLLIN, 0}, {stop_fd, POLLIN, 0}}};
      ::poll(waiting.data(), waiting.size(), -1);
      return waiting[1].revents != 0 ? ECANCELED : 0;
    };
  }

 private:
  FileDescriptor in_;
  FileDescriptor out_;
  int sent_ = 0;
};

/// The number in the next datagram; the negative errno if there is an error instead.
int next_number(ReadAhead& ahead) {
  const Received received = ahead.next();
  if (received.error != 0) return -received.error;
  int number = -1;
  REQUIRE(received.bytes.size() == sizeof number);
  std::memcpy(&number, received.bytes.data(), sizeof number);
  return number;
}

/// On one core there is no second thread, and nothing to be said about it.
bool has_second_core() { return std::thread::hardware_concurrency() > 1; }

TEST_CASE("datagrams come in order, and each as soon as nothing more is there") {
  Numbers numbers;
  ReadAhead ahead(kBlockBytes, numbers.receive(), numbers.wait());
  REQUIRE(ahead.running() == has_second_core());
  if (!ahead.running()) return;
  int expected = 0;
  // Fewer and more than are woken for at once, as many as the ring holds, and more.
  for (const int burst : {1, 3, 4, 5, 8, 1, 9, 40, 2}) {
    CAPTURE(burst);
    numbers.send(burst);
    for (int i = 0; i < burst; ++i) REQUIRE(next_number(ahead) == expected++);
  }
}

TEST_CASE("an error comes behind the datagrams before it") {
  Numbers numbers;
  ReadAhead ahead(kBlockBytes, numbers.receive(), numbers.wait());
  if (!ahead.running()) return;
  numbers.send(6);
  numbers.end();
  for (int i = 0; i < 6; ++i) REQUIRE(next_number(ahead) == i);
  CHECK(next_number(ahead) == -EPIPE);
  CHECK(next_number(ahead) == -EPIPE);
}

TEST_CASE("it ends while it waits for a datagram, for a free block, and before it began") {
  Numbers none;
  { const ReadAhead waits_for_datagram(kBlockBytes, none.receive(), none.wait()); }
  Numbers many;
  many.send(100);
  { const ReadAhead waits_for_block(kBlockBytes, many.receive(), many.wait()); }
  Numbers some;
  some.send(3);
  ReadAhead ahead(kBlockBytes, some.receive(), some.wait());
  if (ahead.running()) CHECK(next_number(ahead) == 0);
}

}  // namespace
}  // namespace tcpstat::netlink
