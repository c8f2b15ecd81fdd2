#include "parsers/procfs/process_limits.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <ostream>

using namespace tcpstat;
using namespace tcpstat::procfs;

namespace {

constexpr std::string_view kHead = "Limit                     Soft Limit           Hard Limit           Units     \n";

std::optional<std::uint64_t> limit_of(std::string_view line) {
  return procfs::parse_open_files_limit(std::string(kHead) + std::string(line));
}

}  // namespace

TEST_CASE("the soft limit of open files is the first number of its line") {
  CHECK(limit_of("Max processes             96021                96021                processes \n"
                 "Max open files            1024                 524288               files     \n") == 1024U);
  CHECK(limit_of("Max open files            7") == 7U);
}

TEST_CASE("an unlimited, missing or unreadable limit is none") {
  CHECK_FALSE(limit_of("Max open files            unlimited            unlimited            files     \n"));
  CHECK_FALSE(limit_of("Max open files"));
  CHECK_FALSE(limit_of("Max open files            "));
  CHECK_FALSE(limit_of("Max open filesystems      3"));
  CHECK_FALSE(limit_of("Max open files            12x                  524288               files\n"));
  CHECK_FALSE(limit_of("Max open files            99999999999999999999999"));
  CHECK_FALSE(procfs::parse_open_files_limit(""));
}

TEST_CASE("every process has a limit of its own, and nobody has none") {
  CHECK(procfs::read_open_files_limit("/proc", static_cast<std::uint32_t>(::getpid())).value_or(0) > 0);
  CHECK_FALSE(procfs::read_open_files_limit("/nowhere", 1));
}
