#include "screen/remote_names.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "support/rows.h"

namespace tcpstat::screen {
namespace {

/// Answers where a test lets it, and remembers what it was asked.
struct Resolver {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::vector<Address>> questions;
  std::vector<std::chrono::milliseconds> limits;
  int allowed = 0;  ///< answers that may be given
  std::map<Address, std::string> answers;

  void allow() {
    const std::lock_guard lock(mutex);
    ++allowed;
    changed.notify_all();
  }
};

/// A thread that nobody waits for may outlive its test, and what it speaks to lives as long.
std::shared_ptr<Resolver>& current_resolver() {
  static std::shared_ptr<Resolver> current;
  return current;
}

std::map<Address, std::string> resolve_as_told(const std::vector<Address>& addresses, std::chrono::milliseconds limit) {
  const std::shared_ptr<Resolver> here = current_resolver();
  std::unique_lock lock(here->mutex);
  here->questions.push_back(addresses);
  here->limits.push_back(limit);
  here->changed.notify_all();
  here->changed.wait(lock, [&] { return here->allowed > 0; });
  --here->allowed;
  return here->answers;
}

struct Asking {
  Asking() { current_resolver() = resolver; }
  void wait_for_questions(std::size_t count) const {
    std::unique_lock lock(resolver->mutex);
    resolver->changed.wait(lock, [&] { return resolver->questions.size() >= count; });
  }
  /// Turns until the answer that was allowed is there.
  void turn_until_known(const Address& address) {
    while (names.host(address).empty()) {
      std::this_thread::yield();
      names.turn();
    }
  }

  std::shared_ptr<Resolver> resolver = std::make_shared<Resolver>();
  RemoteNames names{&resolve_as_told};
};

TEST_CASE_FIXTURE(Asking, "names are asked for together, once, and known when they have come") {
  const Address first = test::address("192.0.2.1");
  const Address second = test::address("192.0.2.2");
  const Address mapped = test::address("::ffff:192.0.2.1");
  resolver->answers = {{first, "one.example"}};
  CHECK(names.host(first).empty());
  CHECK(names.host(second).empty());
  CHECK(names.host(mapped).empty());
  names.turn();
  wait_for_questions(1);
  CHECK(resolver->questions[0] == std::vector<Address>{first, second});
  CHECK(resolver->limits[0] == std::chrono::seconds(3));

  // It waits for nobody, and what is new meanwhile is asked for when the answer has come.
  const Address third = test::address("192.0.2.3");
  CHECK(names.host(third).empty());
  names.turn();
  CHECK(names.host(first).empty());
  CHECK(resolver->questions.size() == 1);
  resolver->allow();
  turn_until_known(first);
  CHECK(names.host(first) == "one.example");
  CHECK(names.host(mapped) == "one.example");
  wait_for_questions(2);
  CHECK(resolver->questions[1] == std::vector<Address>{third});

  // Whoever has no name is not asked for again.
  resolver->answers = {{third, "three.example"}};
  CHECK(names.host(second).empty());
  resolver->allow();
  turn_until_known(third);
  names.turn();
  CHECK(resolver->questions.size() == 2);
}

TEST_CASE_FIXTURE(Asking, "nobody is asked for nothing") {
  names.turn();
  CHECK(names.host(test::address("192.0.2.1")).empty());
  names.turn();
  wait_for_questions(1);
  CHECK(resolver->questions.size() == 1);
  resolver->allow();
}

}  // namespace
}  // namespace tcpstat::screen
