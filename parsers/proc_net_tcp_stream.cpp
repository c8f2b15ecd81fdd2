#include "parsers/proc_net_tcp_stream.h"

namespace tcpstat {

using proc_net_tcp::LineEnd;

Flow ProcNetTcpStream::line(std::string_view text, LineEnd end) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos || proc_net_tcp::is_header(text)) return Flow::more;
  proc_net_tcp::Row decoded = proc_net_tcp::decode(text, end, format_);
  if (auto* connection = std::get_if<Connection>(&decoded)) {
    connection->origin = origin_;
    return delivery_.deliver(*connection);
  }
  if (auto* listener = std::get_if<Listener>(&decoded)) {
    listener->origin = origin_;
    return delivery_.deliver(*listener);
  }
  delivery_.deliver(std::get<Flaw>(decoded));
  return Flow::more;
}

Flow ProcNetTcpStream::feed(std::string_view block) {
  while (true) {
    const std::size_t newline = block.find('\n');
    if (newline == std::string_view::npos) break;
    const std::string_view part = block.substr(0, newline);
    block.remove_prefix(newline + 1);
    Flow flow = Flow::more;
    if (pending_.empty()) {
      flow = line(part, LineEnd::complete);
    } else {
      pending_.append(part.substr(0, kLongestLine));
      flow = line(pending_, LineEnd::complete);
      pending_.clear();
    }
    if (flow == Flow::stop) return Flow::stop;
  }
  if (pending_.size() < kLongestLine) pending_.append(block.substr(0, kLongestLine - pending_.size()));
  return Flow::more;
}

Flow ProcNetTcpStream::finish() {
  const Flow flow = pending_.empty() ? Flow::more : line(pending_, LineEnd::cut);
  pending_.clear();
  return flow;
}

}  // namespace tcpstat
