// Text as /proc/net/tcp has it: cut into blocks anywhere, it gives the same rows and flaws.

#include "fuzz.h"
#include "parsers/procfs/proc_net_tcp_stream.h"

using namespace tcpstat;

namespace {

struct Reading {
  explicit Reading(std::endian order) : stream(delivery, Origin::file, {order, 100}) {}

  fuzz::NoNames names;
  fuzz::Reader reader{names};
  Coverage coverage;
  KernelLimits limits = fuzz::limits();
  source::RowDelivery delivery{reader, coverage, limits};
  procfs::ProcNetTcpStream stream;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::endian order = size % 2 == 0 ? std::endian::little : std::endian::big;
  Reading whole(order);
  whole.stream.feed(text);
  whole.stream.finish();
  Reading parts(order);
  const std::size_t step = size == 0 ? 1 : data[0] % 64 + 1U;
  for (std::size_t at = 0; at < size; at += step) parts.stream.feed(text.substr(at, step));
  parts.stream.finish();
  fuzz::must(whole.coverage.rows_read == whole.reader.rows);
  // A line beyond the longest is cut at another place when it comes in pieces; all others are the same.
  constexpr std::size_t kLongestLine = 4096;
  if (size < kLongestLine) {
    fuzz::must(parts.coverage.rows_read == whole.coverage.rows_read);
    fuzz::must(parts.coverage.flaws == whole.coverage.flaws);
  }
  return 0;
}
