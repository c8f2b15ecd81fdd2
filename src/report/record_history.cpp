#include "report/record_history.h"

namespace tcpstat::inline report {

std::vector<std::string_view> history_keys() {
  return {"state", "listener", "port", "remote_prefix", "process", "counter", "syn_flood_level", "finding"};
}

}  // namespace tcpstat::inline report
