#include <doctest/doctest.h>

#include <cstring>
#include <ostream>
#include <string>

#include "parsers/bpf/owner_row.h"
#include "parsers/bpf/owner_rows.h"

namespace tcpstat::bpf {
namespace {

template <typename Row>
void append(std::vector<std::byte>& bytes, const Row& row) {
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof row);
  std::memcpy(bytes.data() + at, &row, sizeof row);
}

owner_process process(std::uint32_t pid, std::string_view name) {
  owner_process out{};
  out.head.pid = pid;
  std::memcpy(out.name, name.data(), name.size());
  return out;
}

std::vector<std::byte> two_processes() {
  std::vector<std::byte> bytes;
  append(bytes, process(7, "nginx"));
  append(bytes, owner_row{.inode = 100, .pid = 7, .fd = 3});
  append(bytes, owner_row{.inode = 101, .pid = 7, .fd = 4});
  append(bytes, process(8, ""));
  append(bytes, process(9, "sixteen letters!"));
  append(bytes, owner_row{.inode = 100, .pid = 9, .fd = 5});
  return bytes;
}

std::string rows_text(const HeldSockets& held) {
  std::string out;
  for (const auto& one : held.processes) out += std::to_string(one.pid) + " " + one.name + ";";
  for (const auto& one : held.sockets) {
    out += " " + std::to_string(one.inode) + "@" + std::to_string(held.processes[one.process].pid) + ":" +
           std::to_string(one.fd);
  }
  return out;
}

constexpr const char* kExpected = "7 nginx;8 ;9 sixteen letters!; 100@7:3 101@7:4 100@9:5";

TEST_CASE("sockets belong to the process that stands before them") {
  OwnerRows rows;
  rows.feed(two_processes());
  CHECK(rows_text(rows.take()) == kExpected);
}

TEST_CASE("rows may be cut anywhere") {
  const auto bytes = two_processes();
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    OwnerRows rows;
    rows.feed(std::span(bytes).first(first));
    rows.feed(std::span(bytes).subspan(first));
    CHECK(rows_text(rows.take()) == kExpected);
  }
  OwnerRows one_by_one;
  for (const std::byte& byte : bytes) one_by_one.feed({&byte, 1});
  CHECK(rows_text(one_by_one.take()) == kExpected);
}

TEST_CASE("a socket without its process is nobody's") {
  std::vector<std::byte> bytes;
  append(bytes, owner_row{.inode = 100, .pid = 7, .fd = 3});
  append(bytes, process(8, "a"));
  append(bytes, owner_row{.inode = 100, .pid = 7, .fd = 3});
  OwnerRows rows;
  rows.feed(bytes);
  CHECK(rows_text(rows.take()) == "8 a;");
}

}  // namespace
}  // namespace tcpstat::bpf
