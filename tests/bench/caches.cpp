#include "caches.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#include <cstddef>
#include <thread>
#include <vector>

namespace tcpstat::bench {
namespace {

constexpr std::size_t kBytes = std::size_t{16} << 20;  // several times what a processor has for itself
constexpr std::size_t kLine = 64;

void spoil_own(std::size_t processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  if (::pthread_setaffinity_np(::pthread_self(), sizeof only, &only) != 0) return;
  // Given back at once: the peak of a child's memory counts from what its parent has when it forks.
  void* const map = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) return;
  auto* const bytes = static_cast<volatile char*>(map);
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t at = 0; at < kBytes; at += kLine) bytes[at] = static_cast<char>(pass);
  }
  ::munmap(map, kBytes);
}

}  // namespace

void spoil_caches() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  std::vector<std::thread> threads;
  for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (CPU_ISSET(processor, &allowed)) threads.emplace_back(spoil_own, processor);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace tcpstat::bench
