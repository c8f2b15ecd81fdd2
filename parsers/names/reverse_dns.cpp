#include "parsers/names/reverse_dns.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

namespace tcpstat::names {
namespace {

/// Shared by the threads that ask and the one that waits; outlives whoever ends first.
struct Work {
  std::mutex mutex;
  std::condition_variable progress;
  std::vector<Address> questions;
  std::size_t next = 0;
  std::size_t finished = 0;
  bool abandoned = false;
  std::map<Address, std::string> answers;
};

std::string ask(const Address& address) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (address.family == Family::ipv4) {
    auto* to = reinterpret_cast<sockaddr_in*>(&storage);
    to->sin_family = AF_INET;
    std::memcpy(&to->sin_addr, address.bytes.data(), 4);
    size = sizeof *to;
  } else {
    auto* to = reinterpret_cast<sockaddr_in6*>(&storage);
    to->sin6_family = AF_INET6;
    std::memcpy(&to->sin6_addr, address.bytes.data(), 16);
    size = sizeof *to;
  }
  std::array<char, NI_MAXHOST> host{};
  const int failed = ::getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, host.data(), host.size(), nullptr,
                                   0, NI_NAMEREQD);
  return failed == 0 ? host.data() : "";
}

/// Asks until nothing is left to ask, or nobody waits any more.
void answer_questions(const std::shared_ptr<Work>& work, std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(work->mutex);
  while (std::chrono::steady_clock::now() < until && !work->abandoned && work->next < work->questions.size()) {
    const Address address = work->questions[work->next++];
    lock.unlock();
    std::string host = ask(address);
    lock.lock();
    if (!host.empty()) work->answers.emplace(address, std::move(host));
    ++work->finished;
    work->progress.notify_one();
  }
}

/// The same on a thread of its own, which no exception may leave: without memory a name stays unknown.
void answer_alone(const std::shared_ptr<Work>& work, std::chrono::steady_clock::time_point until) {
  try {
    answer_questions(work, until);
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(work->mutex);
    work->finished = work->questions.size();
    work->progress.notify_one();
  }
}

}  // namespace

std::map<Address, std::string> resolve_hosts(const std::vector<Address>& addresses, std::chrono::milliseconds limit) {
  const auto work = std::make_shared<Work>();
  work->questions = addresses;
  constexpr std::size_t kMostThreads = 16;  // they wait for name servers, not for a core
  const std::size_t threads = std::min(kMostThreads, addresses.size());
  const auto until = std::chrono::steady_clock::now() + limit;
  std::size_t running = 0;
  try {
    for (; running < threads; ++running) std::thread([work, until] { answer_alone(work, until); }).detach();
  } catch (const std::system_error&) {
    // No more threads can start. Those that run are enough; if there is none, this one asks.
    if (running == 0) answer_questions(work, until);
  }
  std::unique_lock lock(work->mutex);
  work->progress.wait_until(lock, until, [&] { return work->finished == work->questions.size(); });
  work->abandoned = true;
  return std::move(work->answers);
}

}  // namespace tcpstat::names
