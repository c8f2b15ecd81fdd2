#include "deny_netlink.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "failure.h"

namespace tcpstat::lab {

void deny_netlink(int error) {
  // Arguments are 64 bits wide in seccomp_data; the lower half of the first one is the address family.
  constexpr std::uint32_t kFamily =
      offsetof(seccomp_data, args) + (std::endian::native == std::endian::big ? sizeof(std::uint32_t) : 0);
  const std::uint32_t refuse = SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA);
  sock_filter program[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, __NR_socket},
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, kFamily},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, AF_NETLINK},
      {BPF_RET | BPF_K, 0, 0, refuse},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "giving up new privileges");
  check(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), "refusing netlink");
}

}  // namespace tcpstat::lab
