#include "state_trace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include "failure.h"
#include "namespace.h"

namespace tcpstat::lab {
namespace {

constexpr const char* kTracefs = "/sys/kernel/tracing";
constexpr const char* kEvent = "/events/sock/inet_sock_set_state";

std::string read_whole(const std::string& path) {
  const Handle file(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "opening " + path));
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 16);
  for (;;) {
    const auto size = check(::read(file.get(), buffer.data(), buffer.size()), "reading " + path);
    if (size == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

/// The number behind " name=0x", as options/fields prints it.
std::optional<std::uint64_t> field(const std::string& line, const std::string& name) {
  const auto at = line.find(' ' + name + "=0x");
  if (at == std::string::npos) return std::nullopt;
  return std::strtoull(line.c_str() + at + name.size() + 2, nullptr, 16);
}

std::optional<TracedEvent> parse(const std::string& line) {
  const auto socket = field(line, "skaddr"), from = field(line, "oldstate"), to = field(line, "newstate"),
             local = field(line, "sport"), remote = field(line, "dport"), protocol = field(line, "protocol"),
             local_address = field(line, "saddr"), remote_address = field(line, "daddr");
  if (!socket || !from || !to || !local || !remote || !local_address || !remote_address || protocol != std::uint64_t{6})
    return std::nullopt;
  const auto old_state = state_from_kernel(static_cast<unsigned>(*from));
  const auto new_state = state_from_kernel(static_cast<unsigned>(*to));
  if (!old_state || !new_state) return std::nullopt;
  return TracedEvent{*socket,
                     *old_state,
                     *new_state,
                     static_cast<std::uint16_t>(*local),
                     static_cast<std::uint16_t>(*remote),
                     static_cast<std::uint32_t>(*local_address),
                     static_cast<std::uint32_t>(*remote_address)};
}

}  // namespace

std::string TracedEvent::text() const {
  return std::to_string(local_port) + '>' + std::to_string(remote_port) + ' ' + std::string(name(from)) + '>' +
         std::string(name(to));
}

std::string Life::text() const {
  std::string text;
  for (const State state : states) text += (text.empty() ? "" : " ") + std::string(name(state));
  return text;
}

Lives lives_of(const std::vector<TracedEvent>& events) {
  Lives lives;
  std::map<std::uint64_t, std::size_t> current;
  for (const TracedEvent& event : events) {
    const auto known = current.find(event.socket);
    const bool over = known == current.end() || lives.all[known->second].states.back() == State::close;
    const bool child = event.from == State::listen && event.to == State::syn_recv;
    const bool again = event.from == State::close && event.to != State::close;
    if (child ? over : known == current.end() || (over && again)) {
      if (!child && event.from != State::close) lives.breaks.push_back("no birth: " + event.text());
      current[event.socket] = lives.all.size();
      lives.all.push_back({event.socket, event.local_port, event.remote_port, {event.from}});
    }
    Life& life = lives.all[current[event.socket]];
    if (life.states.back() != event.from) lives.breaks.push_back(life.text() + " and then " + event.text());
    life.states.push_back(event.to);
    // A client that let the kernel choose has no port before SYN_SENT.
    if (event.local_port != 0) life.local_port = event.local_port;
    if (event.remote_port != 0) life.remote_port = event.remote_port;
  }
  return lives;
}

StateTrace::StateTrace(const PortRange& ports, std::vector<Address> addresses) : addresses_(std::move(addresses)) {
  const std::string instances = std::string(kTracefs) + "/instances";
  if (::access(instances.c_str(), F_OK) != 0) {
    // In a mount namespace of our own: the host lacks its tracefs as before.
    enter_mount_namespace();
    check(::mount("tracefs", kTracefs, "tracefs", 0, nullptr), std::string("mounting ") + kTracefs);
  }
  lock_ = Handle(check(::open(instances.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "opening " + instances));
  check(::flock(lock_.get(), LOCK_EX), "waiting for another trace");
  const std::string path = instances + "/tcpstat-lab-" + std::to_string(::getpid());
  check(::mkdir(path.c_str(), 0700), "making an instance of tracefs");
  instance_ = path;
  try {
    const std::string range = std::to_string(ports.first), last = std::to_string(ports.last);
    set("/buffer_size_kb", "8192");
    set("/trace_clock", "mono");  // the default clocks of two CPUs may disagree
    set("/options/fields", "1");  // the event's own text leaves skaddr out
    set(std::string(kEvent) + "/filter",
        "(sport >= " + range + " && sport <= " + last + ") || (dport >= " + range + " && dport <= " + last + ")");
    set(std::string(kEvent) + "/enable", "1");
    set("/tracing_on", "1");
  } catch (...) {
    ::rmdir(path.c_str());
    throw;
  }
}

StateTrace::~StateTrace() {
  try {
    set(std::string(kEvent) + "/enable", "0");
  } catch (const std::system_error&) {
    // The instance goes all the same.
  }
  ::rmdir(instance_.c_str());
}

void StateTrace::set(const std::string& file, const std::string& value) const {
  const Handle handle(check(::open((instance_ + file).c_str(), O_WRONLY | O_CLOEXEC), "opening " + instance_ + file));
  check(::write(handle.get(), value.data(), value.size()), "writing to " + instance_ + file);
}

std::vector<TracedEvent> StateTrace::events() const {
  const std::string text = read_whole(instance_ + "/trace");
  std::vector<TracedEvent> events;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.front() == '#') continue;
    const auto event = parse(line);
    if (!event) fail("understanding the trace: " + line, EPROTO);
    const bool ours = std::any_of(addresses_.begin(), addresses_.end(), [&](const Address& address) {
      std::uint32_t bytes = 0;
      std::memcpy(&bytes, address.bytes.data(), sizeof bytes);
      return event->local_address == bytes || event->remote_address == bytes;
    });
    // Listeners have no remote end, nor had their children's births before Linux 6.15.
    if (ours || event->remote_address == 0) events.push_back(*event);
  }
  return events;
}

std::uint64_t StateTrace::lost() const {
  std::uint64_t lost = 0;
  for (unsigned cpu = 0;; ++cpu) {
    const std::string path = instance_ + "/per_cpu/cpu" + std::to_string(cpu) + "/stats";
    if (::access(path.c_str(), R_OK) != 0) return lost;
    const std::string text = read_whole(path);
    for (const char* const word : {"\noverrun: ", "\ndropped events: "}) {
      const auto at = text.find(word);
      if (at != std::string::npos)
        lost += std::strtoull(text.c_str() + at + std::string_view(word).size(), nullptr, 10);
    }
  }
}

}  // namespace tcpstat::lab
