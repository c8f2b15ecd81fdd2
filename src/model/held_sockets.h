#pragma once
// Who holds which socket, as the kernel lists the descriptors of all processes in one pass.

#include <cstdint>
#include <string>
#include <vector>

namespace tcpstat::inline model {

struct HeldSockets {
  struct Process {
    std::uint32_t pid = 0;
    std::string name;  ///< hostile text; may be empty
  };
  struct Descriptor {
    std::uint64_t inode = 0;
    std::uint32_t process = 0;  ///< index
    std::uint32_t fd = 0;
  };
  std::vector<Process> processes;  ///< that have a descriptor of any kind, each at least once
  std::vector<Descriptor> sockets;
};

}  // namespace tcpstat::inline model
