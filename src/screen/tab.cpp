#include "screen/tab.h"

#include <algorithm>

#include "base/shell_word.h"
#include "render/device_names.h"

namespace tcpstat::screen {
namespace {

/// Null: which of several network namespaces it was is not known.
const SourceNames* place_of(const LiveData& data, std::uint64_t netns, const Manner& manner) {
  if (!manner.several()) return &data.judged.place;
  const auto& all = data.judged.namespaces;
  const auto at = std::find_if(all.begin(), all.end(),
                               [netns](const auto& one) { return netns != 0 && one.verdict.inode == netns; });
  return at == all.end() ? nullptr : &at->place;
}

/// Whether the processes and sockets that were read are there now, with the numbers that this host has for them.
bool is_here(const SourceNames& place) { return !place.saved && place.root == "/proc"; }

}  // namespace

void add_netns(std::vector<Heading>& to, const Manner& manner) {
  if (manner.several()) to.push_back({"NETNS", Align::left});
}

void add_netns(std::vector<std::string>& to, std::uint64_t inode, const Manner& manner) {
  if (manner.several()) to.push_back(safe(render::netns_text(inode, *manner.names), manner.charset));
}

std::string command_there(std::string_view command, const LiveData& data, std::uint64_t netns, const Manner& manner) {
  if (const SourceNames* place = place_of(data, netns, manner)) return safe(place->command(command), manner.charset);
  SourceNames any = data.judged.place;
  any.options = "--netns " + shell_word(manner.netns);
  return safe(any.command(command), manner.charset);
}

std::string ending_program(std::uint32_t pid, const LiveData& data) {
  return is_here(data.judged.place) ? "end  kill " + std::to_string(pid) + "\n\n" : "";
}

std::string ending_connection(const Connection& of, const LiveData& data, const Manner& manner) {
  const SourceNames* place = place_of(data, of.netns, manner);
  if (of.state == State::close || place == nullptr || !is_here(*place)) return {};
  const std::string command =
      "ss -K src " + shell_word(to_string(of.local)) + " dst " + shell_word(to_string(of.remote));
  return "end  " + safe(place->command(command), manner.charset) + "\n\n";
}

}  // namespace tcpstat::screen
