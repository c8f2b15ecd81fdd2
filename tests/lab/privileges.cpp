#include "privileges.h"

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "failure.h"

namespace tcpstat::lab {

void drop_privileges() {
  constexpr unsigned kNobody = 65534;
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    check(::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "emptying the bounding set");
  check(::setgroups(0, nullptr), "leaving every group");
  check(::setresgid(kNobody, kNobody, kNobody), "changing the group");
  check(::setresuid(kNobody, kNobody, kNobody), "changing the user");
}

}  // namespace tcpstat::lab
