#include "model/recorded_names.h"

namespace tcpstat::inline model {

std::string_view RecordedNames::user(std::uint32_t uid) {
  const auto at = users_.find(uid);
  return at != users_.end() ? std::string_view(at->second) : std::string_view{};
}

std::string_view RecordedNames::netns(std::uint64_t inode) {
  const auto at = namespaces_.find(inode);
  return at == namespaces_.end() ? std::string_view{} : std::string_view(at->second);
}

const CgroupPlace* RecordedNames::place_of_process(std::uint32_t pid) {
  const auto at = processes_.find(pid);
  return at == processes_.end() ? nullptr : &at->second;
}

const CgroupPlace* RecordedNames::place_of_cgroup(std::uint64_t id) {
  const auto at = places_.find(id);
  return at == places_.end() ? nullptr : &at->second;
}

std::string_view RecordedNames::interface(std::uint32_t index) {
  const std::string* name = interfaces_.find(index);
  if (name != nullptr) return *name;
  return numbers_.try_emplace(index, std::to_string(index)).first->second;
}

std::string_view RecordedNames::cgroup(std::uint64_t id) {
  const std::string* path = cgroups_.find(id);
  return path != nullptr ? std::string_view(*path) : std::string_view{};
}

void RecordedNames::record_user(std::uint32_t uid, std::string_view name) {
  const auto at = users_.find(uid);
  if (at == users_.end()) users_.emplace(uid, name);
}

std::uint64_t RecordedNames::Numbering::number(std::string_view name) {
  const auto at = numbers_.find(name);
  if (at != numbers_.end()) return at->second;
  const std::uint64_t given = first_ + names_.size();
  numbers_.emplace(names_.emplace_back(name), given);
  return given;
}

const std::string* RecordedNames::Numbering::find(std::uint64_t number) const {
  if (number < first_ || number - first_ >= names_.size()) return nullptr;
  return &names_[static_cast<std::size_t>(number - first_)];
}

}  // namespace tcpstat::inline model
