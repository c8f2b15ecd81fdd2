// Blocks of netlink messages of connection tracking, as a socket delivers them.

#include "fuzz.h"
#include "parsers/netlink/ctnetlink.h"

using namespace tcpstat;

namespace {

class Counted final : public TrackedFlowSink {
 public:
  void flow(const TrackedFlow& flow) override {
    // CLOSE is one that was reset before its handshake was over.
    fuzz::must(flow.state == State::syn_sent || flow.state == State::syn_recv || flow.state == State::close);
    ++flows;
  }
  std::uint64_t flows = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Counted counted;
  netlink::ctnetlink::Stream stream(counted, std::nullopt);
  const auto bytes = std::as_bytes(std::span(data, size));
  for (std::size_t at = 0; at < size; at += stream.taken()) {
    static_cast<void>(stream.feed(bytes.subspan(at)));
    fuzz::must(stream.taken() <= size - at);
    if (stream.taken() == 0) break;
  }
  fuzz::must(counted.flows + stream.flawed() <= size / 16);
  return 0;
}
