#include "parsers/netlink/tracked_flows.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <ostream>

namespace tcpstat::netlink {
namespace {

class Counting final : public TrackedFlowSink {
 public:
  int flows = 0;
  void flow(const TrackedFlow&) override { ++flows; }
};

enum Told : int { kNothingWrong, kNoRight, kNoNetfilter, kOtherError, kFlowsAndError, kNoSentence };

/// What somebody without rights is told.
Told told_to_anybody() {
  if (::geteuid() == 0 && ::setuid(65534) != 0) return kOtherError;
  Counting sink;
  const auto read = read_tracked_flows(std::chrono::seconds(5), sink);
  if (read) return kNothingWrong;
  if (sink.flows > 0) return kFlowsAndError;
  if (read.error().sentence().find("cannot read half-open connections from connection tracking: ") != 0) {
    return kNoSentence;
  }
  if (read.error().code == EPERM) return kNoRight;
  // A kernel, or a sandbox, without NETLINK_NETFILTER.
  const bool missing = read.error().code == EPROTONOSUPPORT || read.error().code == EAFNOSUPPORT;
  return missing ? kNoNetfilter : kOtherError;
}

TEST_CASE("who has no right to ask connection tracking is told so, and gets nothing") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(told_to_anybody());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  const int told = WEXITSTATUS(status);
  CHECK((told == kNoRight || told == kNoNetfilter));
}

}  // namespace
}  // namespace tcpstat::netlink
