#include "parsers/procfs/proc_net_tcp_stream.h"

namespace tcpstat::procfs {

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
  const bool more =
      lines_.feed(block, [this](std::string_view text) { return line(text, LineEnd::complete) == Flow::more; });
  return more ? Flow::more : Flow::stop;
}

Flow ProcNetTcpStream::finish() {
  const Flow flow = lines_.rest().empty() ? Flow::more : line(lines_.rest(), LineEnd::cut);
  lines_.clear();
  return flow;
}

}  // namespace tcpstat::procfs
