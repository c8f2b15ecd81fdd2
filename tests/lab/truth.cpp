#include "truth.h"

namespace tcpstat::lab {

std::string Row::key() const {
  const std::string remote = remote_address.empty() ? "*" : remote_address + " " + std::to_string(remote_port);
  return family + " " + state + " " + local_address + " " + std::to_string(local_port) + " > " + remote;
}

}  // namespace tcpstat::lab
