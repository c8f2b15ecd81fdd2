#include "parsers/names/container_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/directory.h"
#include "base/file_descriptor.h"

namespace tcpstat::names {
namespace {

using nlohmann::json;

/// Podman's file lists all containers of the host.
constexpr std::size_t kMostBytes = std::size_t{16} * 1024 * 1024;

/// No object and no array if the file cannot be read, is no JSON, or is too large.
json read_json(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return {};
  std::string text;
  std::vector<char> block(std::size_t{64} * 1024);
  while (text.size() < kMostBytes) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got < 0) return {};
    if (got == 0) return json::parse(text, nullptr, false);
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  return {};
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

/// "/web" of Docker's own file.
std::string docker_name(const std::string& root, const std::string& id) {
  const json file = read_json(root + "/var/lib/docker/containers/" + id + "/config.v2.json");
  if (!file.is_object() || !file.contains("Name")) return {};
  const std::string name = text_of(file["Name"]);
  return name.starts_with('/') ? name.substr(1) : name;
}

/// The first name in the list that Podman and CRI-O share (containers-storage.conf(5)).
std::string storage_name(const std::string& root, const std::string& id) {
  for (const char* list : {"containers.json", "volatile-containers.json"}) {
    const json file = read_json(root + "/var/lib/containers/storage/overlay-containers/" + list);
    if (!file.is_array()) continue;
    for (const json& one : file) {
      if (!one.is_object() || !one.contains("id") || one["id"] != id || !one.contains("names")) continue;
      const json& names = one["names"];
      if (names.is_array() && !names.empty()) return text_of(names.front());
    }
  }
  return {};
}

/// POD_NAMESPACE_CONTAINER-ID.log: the links that kubelet keeps for those who collect logs.
std::string kubernetes_name(const std::string& root, const std::string& id) {
  const FileDescriptor directory(::open((root + "/var/log/containers").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return {};
  const std::string end = "-" + id + ".log";
  std::string found;
  std::vector<char> buffer;
  for_each_entry(directory.get(), buffer, [&](std::string_view name, unsigned char /*type*/) {
    if (!found.empty() || !name.ends_with(end)) return;
    name.remove_suffix(end.size());
    found = name.substr(name.rfind('_') + 1);
  });
  return found;
}

}  // namespace

std::string container_name(const std::string& root, std::string_view id) {
  // It becomes a part of paths.
  if (id.size() != 64 || id.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  const std::string whole(id);
  for (const auto& name_of : {docker_name, storage_name, kubernetes_name}) {
    if (std::string name = name_of(root, whole); !name.empty()) return name;
  }
  return {};
}

}  // namespace tcpstat::names
