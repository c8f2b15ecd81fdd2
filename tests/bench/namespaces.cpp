#include "namespaces.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace tcpstat::bench {
namespace {

int fail(const char* doing) {
  std::fprintf(stderr, "bench: %s: %s\n", doing, std::strerror(errno));
  return 2;
}

bool raise_loopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  const bool raised = fd >= 0 && ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  ::close(fd);
  return raised;
}

/// The descriptors stay open as long as the process lives.
bool connect_all(int connections) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(7000);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || ::bind(listener, name, sizeof address) != 0 || ::listen(listener, connections) != 0) return false;
  for (int i = 0; i < connections; ++i) {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || ::connect(client, name, sizeof address) != 0) return false;
    if (::accept(listener, nullptr, nullptr) < 0) return false;
  }
  return true;
}

/// Lives in a namespace of its own until it is ended.
[[noreturn]] void live_apart(int connections, int told) {
  const bool done = ::unshare(CLONE_NEWNET) == 0 && raise_loopback() && connect_all(connections);
  const char answer = done ? 'y' : 'n';
  if (::write(told, &answer, 1) != 1 || !done) ::_exit(1);
  for (;;) ::pause();
}

/// As the first process of its namespace, whose end is the end of all others.
int as_first(int count, int connections, const std::function<int()>& inside) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return fail("keep mounts apart");
  while (::umount2("/run/netns", MNT_DETACH) == 0) {
  }
  if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) return fail("mount /proc");
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("make a pipe");
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child < 0) return fail("start a process");
    if (child == 0) live_apart(connections, ends[1]);
    char answer = 'n';
    if (::read(ends[0], &answer, 1) != 1 || answer != 'y') return fail("fill a network namespace");
  }
  return inside();
}

}  // namespace

int among_namespaces(int count, int connections, const std::function<int()>& inside) {
  if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) return fail("make a namespace of processes");
  std::fflush(nullptr);
  const pid_t first = ::fork();
  if (first < 0) return fail("start a process");
  if (first == 0) {
    const int code = as_first(count, connections, inside);
    std::fflush(nullptr);
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(first, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

}  // namespace tcpstat::bench
