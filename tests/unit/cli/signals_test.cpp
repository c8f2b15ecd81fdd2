#include "cli/signals.h"

#include <doctest/doctest.h>

#include <ostream>

#include "cli/in_child.h"

namespace tcpstat::cli {
namespace {

bool is_ignored(int signal) {
  struct sigaction now {};
  ::sigaction(signal, nullptr, &now);
  return now.sa_handler == SIG_IGN;
}

TEST_CASE("another program gets the signals as our parent gave them") {
  const auto child = test::in_child([] {
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGXFSZ, SIG_IGN);
    ignore_signal(SIGPIPE);
    ignore_signal(SIGXFSZ);
    const bool ignored = is_ignored(SIGPIPE) && is_ignored(SIGXFSZ);
    restore_ignored_signals();
    return ignored && !is_ignored(SIGPIPE) && is_ignored(SIGXFSZ) ? 0 : 1;
  });
  CHECK(child.status == 0);
}

TEST_CASE("signals that are held back come afterwards") {
  static volatile sig_atomic_t came;
  came = 0;
  const auto child = test::in_child([] {
    handle_signals(
        {SIGUSR1}, [](int) { came = 1; }, 0);
    int early = 0;
    {
      const SignalsHeld held;
      ::raise(SIGUSR1);
      early = came;
    }
    return early == 0 && came == 1 ? 0 : 1;
  });
  CHECK(child.status == 0);
}

}  // namespace
}  // namespace tcpstat::cli
