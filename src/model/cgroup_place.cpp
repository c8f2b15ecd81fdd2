#include "model/cgroup_place.h"

#include <algorithm>
#include <array>
#include <optional>

namespace tcpstat::inline model {
namespace {

constexpr std::size_t kIdLength = 64;
constexpr std::size_t kShortId = 12;
constexpr std::size_t kLeastId = 6;

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }
bool is_id(std::string_view text) { return text.size() == kIdLength && is_hex(text); }

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}
bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// Whether it is a unit that holds processes (systemd.unit(5)); slices only hold other units.
bool names_unit(std::string_view part) { return part.ends_with(".service") || part.ends_with(".scope"); }

/// systemd puts an underscore before names that could clash with files of the kernel.
std::string_view unescaped(std::string_view part) {
  take_prefix(part, "_");
  return part;
}

/// A path for the systemd driver that was given to the cgroupfs driver: "….slice:cri-containerd:ID".
std::string_view id_behind_colon(std::string_view part) {
  const std::size_t colon = part.rfind(':');
  return colon == std::string_view::npos ? std::string_view{} : part.substr(colon + 1);
}

/// Docker, containerd, CRI-O, Podman; then LXC and systemd-nspawn, which have names.
std::optional<std::string> container_in(std::string_view part, std::string_view before) {
  if (is_id(part)) return std::string(part);
  if (is_id(id_behind_colon(part))) return std::string(id_behind_colon(part));
  std::string_view id = part;
  const bool scope = take_suffix(id, ".scope");
  for (const std::string_view engine : {"docker-", "cri-containerd-", "crio-", "libpod-", "nerdctl-"}) {
    std::string_view rest = id;
    // crio-conmon-ID and libpod-conmon-ID hold the container's monitor, which runs outside of the container.
    if (take_prefix(rest, engine) && is_id(rest)) return std::string(rest);
  }
  if (take_prefix(id, "lxc.payload.") && !id.empty()) return std::string(id);
  if ((before == "lxc" || before == "lxc.payload") && !id.empty()) return std::string(id);
  if (before == "machine.slice" && scope && take_prefix(id, "machine-") && !id.empty()) return std::string(id);
  return std::nullopt;
}

/// "kubepods-burstable-pod8e1f….slice" of the systemd driver, "pod8e1f…" of cgroupfs.
std::string pod_in(std::string_view part, std::string_view before) {
  std::string_view uid = part.substr(0, part.find(':'));
  take_suffix(uid, ".slice");
  if (uid.starts_with("kubepods")) {
    const std::size_t at = uid.find("-pod");
    if (at == std::string_view::npos) return {};
    uid.remove_prefix(at + 4);
  } else {
    const bool below_kubernetes = before == "kubepods" || before == "burstable" || before == "besteffort";
    if (!below_kubernetes || !take_prefix(uid, "pod")) return {};
  }
  std::string out(uid);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string_view behind_colon(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
}

}  // namespace

CgroupPlace place_of(std::string_view path) {
  CgroupPlace place;
  std::string_view before;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty()) continue;
    // The first unit is the host's. Units below it count only if it is the service manager of a user.
    const bool in_manager = place.unit.starts_with("user@");
    if (names_unit(part) && (place.unit.empty() || in_manager)) place.unit = unescaped(part);
    if (place.pod.empty()) place.pod = pod_in(part, before);
    auto container = container_in(part, before);
    if (container) {
      place.container = std::move(*container);
      // What follows was made inside the container.
      return place;
    }
    before = part;
  }
  return place;
}

CgroupPlace place_in(std::string_view proc_cgroup) {
  CgroupPlace most;
  const auto told = [](const CgroupPlace& place) {
    return int{!place.container.empty()} + int{!place.pod.empty()} + int{!place.unit.empty()};
  };
  while (!proc_cgroup.empty()) {
    const std::size_t end = std::min(proc_cgroup.find('\n'), proc_cgroup.size());
    std::string_view line = proc_cgroup.substr(0, end);
    proc_cgroup.remove_prefix(std::min(end + 1, proc_cgroup.size()));
    // hierarchy:controllers:path; a path may hold colons.
    for (int colons = 0; colons < 2; ++colons) line = behind_colon(line);
    CgroupPlace place = place_of(line);
    if (told(place) > told(most)) most = std::move(place);
  }
  return most;
}

bool is_unit(std::string_view unit, std::string_view word) {
  if (unit == word) return true;
  return take_suffix(unit, ".service") && unit == word;
}

bool is_container(std::string_view container, std::string_view word) {
  if (container == word) return true;
  return is_id(container) && word.size() >= kLeastId && container.starts_with(word);
}

bool is_container_id(std::string_view container) { return is_id(container); }

std::string_view short_id(std::string_view container) {
  return is_id(container) ? container.substr(0, kShortId) : container;
}

}  // namespace tcpstat::inline model
