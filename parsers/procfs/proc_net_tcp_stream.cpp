#include "parsers/procfs/proc_net_tcp_stream.h"

#include <utility>

namespace tcpstat::procfs {

using proc_net_tcp::LineEnd;

void ProcNetTcpStream::end_table() {
  seen_.cut = rows_.ends_cut() || seen_.cut;
  std::string missing = rows_.take_missing();
  if (seen_.missing.empty()) seen_.missing = std::move(missing);
}

Flow ProcNetTcpStream::line(std::string_view text, LineEnd end) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) {
    seen_.cut = seen_.cut || (end == LineEnd::cut && !in_other_table_ && proc_net_tcp::begins_row(text));
    return Flow::more;
  }
  seen_.anything = true;
  if (const auto header = proc_net_tcp::header_of(text); header != proc_net_tcp::Header::none) {
    end_table();
    if (!proc_net_tcp::has_joined_rows(text)) rows_.begin_table();
    in_other_table_ = header == proc_net_tcp::Header::other;
    seen_.header = seen_.header || !in_other_table_;
    if (in_other_table_) return Flow::more;
    seen_.joined = seen_.joined || proc_net_tcp::has_joined_rows(text);
    seen_.cut_header = end == LineEnd::cut && !proc_net_tcp::is_whole_header(text);
    return Flow::more;
  }
  if (in_other_table_) {
    ++seen_.others;
    return Flow::more;
  }
  proc_net_tcp::Row decoded = rows_.read(text, end);
  const bool flawed = std::holds_alternative<Flaw>(decoded);
  if (!flawed) {
    ++seen_.rows;
    seen_.headless = seen_.headless || !seen_.header;
  }
  if (auto* connection = std::get_if<Connection>(&decoded)) {
    connection->origin = origin_;
    if (connection->state == State::close) delivery_.show(State::close);
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
  delivery_.begin_block();
  const bool more =
      lines_.feed(block, [this](std::string_view text) { return line(text, LineEnd::complete) == Flow::more; });
  return more ? Flow::more : Flow::stop;
}

Flow ProcNetTcpStream::finish() {
  const Flow flow = lines_.rest().empty() ? Flow::more : line(lines_.rest(), LineEnd::cut);
  lines_.clear();
  end_table();
  return flow;
}

}  // namespace tcpstat::procfs
