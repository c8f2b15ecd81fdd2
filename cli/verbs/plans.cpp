#include "cli/verbs/plans.h"

namespace tcpstat::cli::verbs {

host::HostOptions host_options(const options::Request& request) {
  return {.netns = request.netns,
          .source = request.source,
          .proc_root = request.proc_root,
          .timeout = request.timeout,
          .needs_owners = request.filter.needs_owners()};
}

}  // namespace tcpstat::cli::verbs
