// `storm CONNECTIONS [TRACER…]`: makes and closes so many connections over loopback, one after the other, while the tracer
// runs, whose output goes nowhere. It is given two seconds to begin, and asked to end (SIGINT) behind the last one. It is
// nobody's child, so that the CPU time of this process is the load's alone: what tracing costs those who are traced.

#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

constexpr std::chrono::seconds kBeginning{2};

/// A descriptor that reads to its end when the tracer has ended, and the number of the tracer.
struct Tracer {
  int ended = -1;
  pid_t pid = 0;
};

Tracer start(char** words) {
  std::array<int, 2> told{};
  std::array<int, 2> lives{};
  if (::pipe(told.data()) != 0 || ::pipe(lives.data()) != 0) return {};
  const pid_t between = ::fork();
  if (between == 0) {
    const pid_t tracer = ::fork();
    if (tracer == 0) {
      ::close(told[1]);
      ::close(lives[0]);
      ::execvp(words[0], words);
      ::_exit(127);
    }
    (void)!::write(told[1], &tracer, sizeof tracer);
    ::_exit(0);
  }
  ::close(told[1]);
  ::close(lives[1]);
  Tracer out{lives[0], 0};
  if (::read(told[0], &out.pid, sizeof out.pid) != static_cast<ssize_t>(sizeof out.pid)) out.pid = 0;
  ::close(told[0]);
  ::waitpid(between, nullptr, 0);
  return out;
}

/// False: it had ended before.
bool end(const Tracer& tracer) {
  const bool ran = tracer.pid > 0 && ::kill(tracer.pid, SIGINT) == 0;
  char byte = 0;
  while (::read(tracer.ended, &byte, 1) > 0) {
  }
  return ran;
}

bool make_connections(long count) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr any{};
  socklen_t size = sizeof any;
  static_assert(sizeof name == sizeof any);
  std::memcpy(&any, &name, sizeof any);
  if (::bind(listener, &any, size) != 0 || ::listen(listener, 16) != 0) return false;
  if (::getsockname(listener, &any, &size) != 0) return false;
  for (long i = 0; i < count; ++i) {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(client, &any, sizeof any) != 0) return false;
    const int server = ::accept(listener, nullptr, nullptr);
    if (server < 0) return false;
    ::close(client);
    char byte = 0;
    if (::read(server, &byte, 1) != 0) return false;
    ::close(server);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const long count = argc > 1 ? std::atol(argv[1]) : 0;
  if (count <= 0) return 2;
  const bool traced = argc > 2;
  const Tracer tracer = traced ? start(argv + 2) : Tracer{};
  if (traced) std::this_thread::sleep_for(kBeginning);
  const bool made = make_connections(count);
  const bool ran = !traced || end(tracer);
  return made && ran ? 0 : 1;
}
