#include "render/device_names.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::render {
namespace {

/// Device 7 has another name in each namespace; zero is that of the run.
class NamesByNamespace final : public Names {
 public:
  std::string_view user(std::uint32_t) override { return {}; }
  std::string_view interface(std::uint32_t) override { return {}; }
  std::string_view cgroup(std::uint64_t) override { return {}; }
  std::string_view interface_of(std::uint64_t netns, std::uint32_t index) override {
    if (index != 7) return {};
    return netns == 0 ? "eth0" : netns == 1 ? "one" : netns == 2 ? "two" : "";
  }
  std::string_view netns(std::uint64_t inode) override { return inode == 2 ? "web" : ""; }
};

std::string on_device(const DeviceNames& devices, std::string_view address, std::optional<std::uint64_t> netns,
                      std::uint32_t interface) {
  TextBuffer out;
  devices.append_end(out, test::endpoint(address, 80), netns, interface, Charset::utf8);
  return std::string(out.view());
}

TEST_CASE("a device has the name of its namespace, if those can be asked for") {
  NamesByNamespace names;
  const DeviceNames own(names, 1);
  CHECK(own.name(std::nullopt, 7) == "eth0");
  CHECK(own.name(1, 7) == "one");
  CHECK(own.name(2, 7).empty());
  CHECK(own.name(1, 0).empty());
  CHECK(own.name(1, 8).empty());
  const DeviceNames several(names, std::nullopt);
  CHECK(several.name(2, 7) == "two");
  CHECK(several.name(std::nullopt, 7) == "eth0");
}

TEST_CASE("a device without a name is told by its number") {
  NamesByNamespace names;
  const DeviceNames devices(names, 1);
  CHECK(devices.text(1, 7) == "one");
  CHECK(devices.text(1, 8) == "8");
  CHECK(devices.text(2, 7) == "7");
  CHECK(devices.text(1, 0).empty());
}

TEST_CASE("an end has its device behind the address") {
  NamesByNamespace names;
  const DeviceNames devices(names, 1);
  CHECK(on_device(devices, "192.0.2.1", 1, 0) == "192.0.2.1:80");
  CHECK(on_device(devices, "192.0.2.1", 1, 7) == "192.0.2.1%one:80");
  CHECK(on_device(devices, "fe80::1", 2, 7) == "[fe80::1%7]:80");
  CHECK(on_device(devices, "fe80::1", 2, 0) == "[fe80::1]:80");
}

TEST_CASE("a namespace without a name is told by its inode") {
  NamesByNamespace names;
  CHECK(netns_text(2, names) == "web");
  CHECK(netns_text(3, names) == "3");
}

}  // namespace
}  // namespace tcpstat::render
