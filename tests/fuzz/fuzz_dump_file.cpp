// A file of any kind, through the source that users open it with.

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/file_descriptor.h"
#include "fuzz.h"
#include "parsers/logs/file_source.h"

using namespace tcpstat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FileDescriptor file(::memfd_create("fuzz", MFD_CLOEXEC));
  fuzz::must(static_cast<bool>(file));
  fuzz::must(::write(file.get(), data, size) == static_cast<ssize_t>(size));
  const auto source = logs::make_file_source({}, "/proc/self/fd/" + std::to_string(file.get()));
  RunFacts facts;
  if (const auto ready = source->prepare(facts); !ready) {
    fuzz::must(!ready.error().sentence().empty());
    return 0;
  }
  fuzz::Reader reader(*source->names());
  Coverage coverage;
  fuzz::must(source->read({}, reader, coverage).has_value());
  fuzz::must(coverage.rows_read == reader.rows);
  fuzz::must(coverage.complete || coverage.flaw_total() > 0 || !coverage.warnings.empty());
  return 0;
}
