#include "cli/ticker.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <ostream>

namespace tcpstat::cli {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr int kNobody = -1;

/// The actions of both signals are as they were when this goes.
class SignalActions {
 public:
  SignalActions() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], nullptr, &before_[i]);
  }
  SignalActions(const SignalActions&) = delete;
  SignalActions& operator=(const SignalActions&) = delete;
  ~SignalActions() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  }

  static constexpr std::array kSignals = {SIGINT, SIGTERM};

 private:
  std::array<struct sigaction, 2> before_{};
};

struct PipeEnds {
  PipeEnds() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reading = FileDescriptor(ends[0]);
    writing = FileDescriptor(ends[1]);
  }

  FileDescriptor reading;
  FileDescriptor writing;
};

TEST_CASE("a watch has as many samples as were asked for") {
  const SignalActions actions;
  Ticker ticker(milliseconds(0), 3, kNobody);
  CHECK(ticker.samples() == 0);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    CHECK(ticker.next());
    CHECK(ticker.samples() == i);
  }
  CHECK_FALSE(ticker.next());
  CHECK(ticker.samples() == 3);
  Ticker none(milliseconds(0), 0, kNobody);
  CHECK_FALSE(none.next());
}

TEST_CASE("without a count it goes on") {
  const SignalActions actions;
  Ticker ticker(milliseconds(0), std::nullopt, kNobody);
  for (int i = 0; i < 100; ++i) CHECK(ticker.next());
}

TEST_CASE("samples are an interval apart, and one that took longer does not make others come together") {
  const SignalActions actions;
  const auto begun = SteadyClock::now();
  Ticker ticker(milliseconds(10), std::nullopt, kNobody);
  CHECK(ticker.next());
  CHECK(ticker.next());
  CHECK(SteadyClock::now() - begun >= milliseconds(10));
  const auto slow = SteadyClock::now();
  while (SteadyClock::now() - slow < milliseconds(50)) continue;
  const auto late = SteadyClock::now();
  CHECK(ticker.next());
  CHECK(ticker.next());
  CHECK(SteadyClock::now() - late >= milliseconds(10));
}

TEST_CASE("it ends when its reader has gone") {
  const SignalActions actions;
  PipeEnds pipe;
  Ticker ticker(hours(1), std::nullopt, pipe.writing.get());
  CHECK(ticker.next());
  pipe.reading.reset();
  CHECK_FALSE(ticker.next());
  CHECK(ticker.samples() == 1);
}

TEST_CASE("it ends by SIGINT and SIGTERM, also between two looks") {
  for (const int signal : SignalActions::kSignals) {
    CAPTURE(signal);
    const SignalActions actions;
    Ticker ticker(hours(1), std::nullopt, kNobody);
    CHECK(ticker.next());
    ::raise(signal);
    CHECK_FALSE(ticker.next());
    // A second one has its usual effect.
    const pid_t child = ::fork();
    if (child == 0) {
      ::raise(signal);
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
  }
}

TEST_CASE("signals that are ignored stay ignored") {
  const SignalActions actions;
  ::signal(SIGINT, SIG_IGN);
  Ticker ticker(milliseconds(0), std::nullopt, kNobody);
  ::raise(SIGINT);
  CHECK(ticker.next());
}

}  // namespace
}  // namespace tcpstat::cli
