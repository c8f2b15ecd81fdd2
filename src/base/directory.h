#pragma once
// The entries of a directory that is held open. std::filesystem's iterators end the program where memory is short, and
// readdir(3) allocates for every directory.

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace tcpstat::inline base {

/// Calls `visit(name, type)` for each entry, "." and ".." too; the type is one of DT_ (readdir(3)). `buffer` may be
/// used again for the next directory. False with errno set if the directory cannot be read.
template <typename Visit>
bool for_each_entry(int directory, std::vector<char>& buffer, Visit visit) {
  constexpr std::size_t kBuffer = std::size_t{32} * 1024;
  if (buffer.size() < kBuffer) buffer.resize(kBuffer);
  while (true) {
    const long got = ::syscall(SYS_getdents64, directory, buffer.data(), buffer.size());
    if (got <= 0) return got == 0;
    for (long at = 0; at < got;) {
      // struct linux_dirent64: d_ino u64, d_off s64, d_reclen u16, d_type u8, d_name
      constexpr long kLength = 16;
      constexpr long kType = 18;
      constexpr long kName = 19;
      std::uint16_t length = 0;
      std::memcpy(&length, buffer.data() + at + kLength, sizeof length);
      visit(std::string_view(buffer.data() + at + kName),
            static_cast<unsigned char>(buffer[static_cast<std::size_t>(at + kType)]));
      at += length;
    }
  }
}

}  // namespace tcpstat::inline base
