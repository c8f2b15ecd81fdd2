// Blocks of netlink messages, as a socket delivers them: the first byte says where the block is cut in two.

#include "fuzz.h"
#include "parsers/netlink/inet_diag_stream.h"

using namespace tcpstat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  fuzz::NoNames names;
  fuzz::Reader reader(names);
  Coverage coverage;
  const KernelLimits limits = fuzz::limits();
  source::RowDelivery delivery(reader, coverage, limits);
  netlink::InetDiagStream stream(delivery, std::nullopt);
  std::size_t at = 0;
  // Whatever comes, each call takes what it can, and a block that gives nothing more is left.
  for (std::size_t end = std::min<std::size_t>(data[0], bytes.size());; end = bytes.size()) {
    while (at < end) {
      const auto why = stream.feed(bytes.subspan(at, end - at));
      fuzz::must(stream.taken() <= end - at);
      if (stream.taken() == 0) break;
      at += stream.taken();
      fuzz::must(why != netlink::InetDiagStream::End::stopped);
    }
    if (end == bytes.size()) break;
  }
  fuzz::must(coverage.rows_read == reader.rows);
  fuzz::must(coverage.rows_read <= bytes.size() / (16 + 72));
  return 0;
}
