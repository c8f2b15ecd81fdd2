#include "namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "failure.h"

namespace tcpstat::lab {
namespace {

std::string sysctl_path(std::string name) {
  std::replace(name.begin(), name.end(), '.', '/');
  return "/proc/sys/" + name;
}

void unshare_network() { check(::unshare(CLONE_NEWNET), "making a network namespace"); }

/// For a chroot into a mere folder: mount(2) answers EINVAL to a change of propagation where no mount begins. The same
/// tree becomes the root again, bound on top of /proc: that is a mount of its own, so the host need not see it change.
void make_root_a_mount() {
  const std::string working = std::filesystem::current_path();
  check(::mount(nullptr, "/proc", nullptr, MS_PRIVATE, nullptr), "making /proc private");
  check(::mount("/", "/proc", nullptr, MS_BIND | MS_REC, nullptr), "binding the root of this chroot");
  check(::chroot("/proc"), "entering the root again");
  check(::chdir(working.c_str()), "coming back to " + working);
}

}  // namespace

std::optional<std::string> obstacle() {
  if (::geteuid() != 0) return "not root";
  const Handle tun(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (!tun.valid()) return std::string("cannot open /dev/net/tun: ") + std::strerror(errno);
  // Asked in a child's stead: a namespace that nobody enters costs nothing and tells whether one may be made.
  const Handle before(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (::unshare(CLONE_NEWNET) != 0) return std::string("cannot make a network namespace: ") + std::strerror(errno);
  if (::setns(before.get(), CLONE_NEWNET) != 0) return "cannot come back from a network namespace";
  return std::nullopt;
}

void set_sysctl(const std::string& name, const std::string& value) {
  const Handle file(check(::open(sysctl_path(name).c_str(), O_WRONLY | O_CLOEXEC), "opening " + name));
  check(::write(file.get(), value.data(), value.size()), "setting " + name + " to " + value);
}

std::string read_sysctl(const std::string& name) {
  const Handle file(check(::open(sysctl_path(name).c_str(), O_RDONLY | O_CLOEXEC), "opening " + name));
  char text[256];
  const auto size = check(::read(file.get(), text, sizeof text), "reading " + name);
  std::string value(text, static_cast<std::size_t>(size));
  while (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

namespace {

/// Sets the flags of an interface to what `change` makes of them.
template <typename Change>
void change_flags(const std::string& interface, const std::string& doing, Change change) {
  const Handle control(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "opening a control socket"));
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  check(::ioctl(control.get(), SIOCGIFFLAGS, &request), "reading the flags of " + interface);
  request.ifr_flags = static_cast<short>(change(request.ifr_flags));
  check(::ioctl(control.get(), SIOCSIFFLAGS, &request), doing + " " + interface);
}

}  // namespace

void bring_up(const std::string& interface) {
  change_flags(interface, "bringing up", [](int flags) { return flags | IFF_UP | IFF_RUNNING; });
}

void take_down(const std::string& interface) {
  change_flags(interface, "taking down", [](int flags) { return flags & ~IFF_UP; });
}

void enter_namespace(const NamespaceOptions& options) {
  if (options.hash_entries) {
    unshare_network();
    set_sysctl("net.ipv4.tcp_child_ehash_entries", std::to_string(*options.hash_entries));
  }
  unshare_network();
  bring_up("lo");
  // No duplicate address detection, no router solicitation, no address of the kernel's choice: the lab is quiet.
  set_sysctl("net.ipv6.conf.default.accept_dad", "0");
  set_sysctl("net.ipv6.conf.default.router_solicitations", "0");
  set_sysctl("net.ipv6.conf.default.addr_gen_mode", "1");
  set_sysctl("net.ipv4.ip_local_port_range", "16384 65000");
}

void enter_mount_namespace() {
  check(::unshare(CLONE_NEWNS), "making a mount namespace");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return;
  if (errno != EINVAL) fail("making every mount private");
  make_root_a_mount();
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "making every mount private");
}

unsigned long namespace_inode() {
  struct stat facts {};
  check(::stat("/proc/self/ns/net", &facts), "reading /proc/self/ns/net");
  return facts.st_ino;
}

Handle current_namespace() {
  return Handle(check(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "opening /proc/self/ns/net"));
}

}  // namespace tcpstat::lab
