// A preloaded allocator (ld.so(8), LD_PRELOAD) in which one allocation of the program fails, or one and all that follow.
//
//   FAIL_AT=N      the N-th fails, counted from the program's first fcntl(F_GETFD), with which its main() begins
//   FAIL_ON=1      and so do all after it
//   FAIL_COUNT=F   writes how many there were into F at the end
//
// It uses nothing of the runtime of C++, below which it stands.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <atomic>

extern "C" {
// glibc's own, by the names that it exports.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
}

namespace {

std::atomic<long> allocations{0};
std::atomic<bool> begun{false};
long fail_at = -1;
bool fail_on = false;

void begin() {
  const char* at = getenv("FAIL_AT");
  fail_at = at != nullptr ? atol(at) : -1;
  fail_on = getenv("FAIL_ON") != nullptr;
  begun = true;
}

bool fails() {
  if (!begun) return false;
  const long number = ++allocations;
  if (fail_at <= 0 || (number != fail_at && !(fail_on && number > fail_at))) return false;
  errno = ENOMEM;
  return true;
}

using Fcntl = int (*)(int, int, ...);
std::atomic<Fcntl> real_fcntl{nullptr};

}  // namespace

extern "C" {

int fcntl(int fd, int command, ...) {
  if (real_fcntl == nullptr) real_fcntl = reinterpret_cast<Fcntl>(dlsym(RTLD_NEXT, "fcntl64"));
  if (!begun && command == F_GETFD) begin();
  va_list list;
  va_start(list, command);
  void* argument = va_arg(list, void*);
  va_end(list);
  return real_fcntl.load()(fd, command, argument);
}

void* malloc(std::size_t size) noexcept { return fails() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept { return fails() ? nullptr : __libc_calloc(count, size); }
void* realloc(void* memory, std::size_t size) noexcept { return fails() ? nullptr : __libc_realloc(memory, size); }

__attribute__((destructor)) static void tell() {
  const char* path = getenv("FAIL_COUNT");
  if (path == nullptr) return;
  const long number = allocations;
  begun = false;
  FILE* file = fopen(path, "w");
  if (file == nullptr) return;
  fprintf(file, "%ld\n", number);
  fclose(file);
}
}
