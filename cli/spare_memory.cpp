// operator new and delete of the program. When malloc(3) has nothing left, they give memory that was set aside, so that
// the run can still write its end: the last sentence, the plugin line, the end of a JSON document.
//
// It comes in slices. The first serves any allocation that fails; each exception opens one more, for its handlers.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <new>

// Sanitizers bring operators of their own, which they need to find errors.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

constexpr std::size_t kSlice = std::size_t{256} * 1024;
constexpr std::size_t kSlices = 4;

// Never touched while malloc(3) works, so it costs no memory.
alignas(std::max_align_t) std::byte spare[kSlices * kSlice];
std::atomic<std::size_t> used = 0;
std::atomic<std::size_t> open_bytes = kSlice;

void* take_spare(std::size_t size) {
  constexpr std::size_t kAlign = alignof(std::max_align_t);
  if (size > sizeof spare) return nullptr;
  const std::size_t need = (size + kAlign - 1) / kAlign * kAlign;
  std::size_t before = used.load();
  do {
    if (before + need > open_bytes.load()) return nullptr;
  } while (!used.compare_exchange_weak(before, before + need));
  return spare + before;
}

bool is_spare(const void* memory) {
  const auto* at = static_cast<const std::byte*>(memory);
  return std::greater_equal<>()(at, spare) && std::less<>()(at, spare + sizeof spare);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size > 0 ? size : 1); memory != nullptr) return memory;
  if (void* memory = take_spare(size); memory != nullptr) return memory;
  if (open_bytes.load() < sizeof spare) open_bytes.fetch_add(kSlice);
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  if (!is_spare(memory)) std::free(memory);
}

void operator delete(void* memory, std::size_t size) noexcept {
  if (!is_spare(memory)) {
    std::free(memory);
    return;
  }
  // What was taken last can be taken again.
  constexpr std::size_t kAlign = alignof(std::max_align_t);
  const std::size_t need = (size + kAlign - 1) / kAlign * kAlign;
  std::size_t end = static_cast<std::size_t>(static_cast<std::byte*>(memory) - spare) + need;
  used.compare_exchange_strong(end, end - need);
}

#endif
