#include "parsers/procfs/process_name.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>
#include <ostream>

#include "base/file_descriptor.h"
#include "support/proc_root.h"

namespace tcpstat::procfs {
namespace {

TEST_CASE("a name may hold parentheses, and stat has it between the first and the last") {
  CHECK(name_in_stat("812 (nginx) S 1 812") == "nginx");
  CHECK(name_in_stat("812 (a) b (c) S 1 812") == "a) b (c");
  CHECK(name_in_stat("812 (new\nline) S 1") == "new\nline");
  for (const char* text : {"", "812 nginx S 1", "812 (nginx", "812 )nginx( S"}) CHECK(name_in_stat(text).empty());
}

TEST_CASE("status writes what would break its lines with backslashes") {
  CHECK(name_in_status("Name:\tnginx\nUmask:\t0022\n") == "nginx");
  CHECK(name_in_status("Name:\tnew\\nline\\\\n\n") == "new\nline\\n");
  CHECK(name_in_status("Umask:\t0022\n").empty());
}

TEST_CASE("comm tells first, then stat, then status") {
  const test::ProcRoot root;
  const FileDescriptor directory(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  CHECK(process_name(directory.get(), "9/").empty());
  root.file("9/status", "Name:\tthird\nState:\tS\n");
  CHECK(process_name(directory.get(), "9/") == "third");
  root.file("9/stat", "9 (second) S 1\n");
  CHECK(process_name(directory.get(), "9/") == "second");
  root.file("9/comm", "first\n");
  CHECK(process_name(directory.get(), "9/") == "first");
}

TEST_CASE("what cannot be read is told from what is not there") {
  const test::ProcRoot root;
  const FileDescriptor directory(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  CHECK(process_name(directory.get(), "9/").empty());
  CHECK(errno == ENOENT);
  root.file("9/comm/a", "");  // a directory, which cannot be read; the others are missing
  CHECK(process_name(directory.get(), "9/").empty());
  CHECK(errno == EISDIR);
  root.file("9/stat", "9 (second) S 1\n");
  CHECK(process_name(directory.get(), "9/") == "second");
}

}  // namespace
}  // namespace tcpstat::procfs
