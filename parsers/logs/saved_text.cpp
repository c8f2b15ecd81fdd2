#include "parsers/logs/saved_text.h"

namespace tcpstat::logs {

namespace proc_net_tcp = procfs::proc_net_tcp;
using proc_net_tcp::Header;
using proc_net_tcp::LineEnd;

tl::unexpected<Error> no_tcp_table(const std::string& file) {
  return failure("read " + file, 0, "TCP sockets are in /proc/net/tcp and tcp6",
                 "its tables are of other sockets than TCP's");
}

SavedSample& SavedText::sample() {
  const bool begins = !samples_.is_open();
  SavedSample& sample = samples_.current();
  if (begins) sample.coverage.visible = StateSet::all() - StateSet{State::close};
  return sample;
}

/// A family that has no table in the sample is not known.
void SavedText::end_sample() {
  if (!samples_.is_open()) return;
  const auto has = [this](Family family) {
    const auto place = static_cast<std::size_t>(family);
    return headers_[place] || rows_[place];
  };
  Coverage& coverage = samples_.current().coverage;
  coverage.ipv4 = has(Family::ipv4);
  coverage.ipv6 = has(Family::ipv6);
  samples_.end();
}

void SavedText::next_sample() {
  end_sample();
  headers_ = rows_ = {};
  headers_[static_cast<std::size_t>(*again_)] = true;
  again_.reset();
}

/// A header that the sample has already may begin the next one: the first row below it decides, in see().
void SavedText::header(Header table) {
  in_other_table_ = table == Header::other;
  saw_other_table_ = saw_other_table_ || in_other_table_;
  if (in_other_table_) return;
  saw_header_ = true;
  if (again_) next_sample();
  const Family family = table == Header::tcp ? Family::ipv4 : Family::ipv6;
  bool& has = headers_[static_cast<std::size_t>(family)];
  if (has) again_ = family;
  has = true;
  sample();
}

/// If a header was cut or swallowed rows, its family is not known in the sample.
void SavedText::check_header(Header table, std::string_view text, LineEnd end) {
  const bool joined = proc_net_tcp::has_joined_rows(text);
  const bool cut = end == LineEnd::cut && !proc_net_tcp::is_whole_header(text);
  if (!joined && !cut) return;
  if (again_) next_sample();
  headers_[static_cast<std::size_t>(table == Header::tcp ? Family::ipv4 : Family::ipv6)] = false;
  Coverage& coverage = sample().coverage;
  if (joined) coverage.lose("joined_rows", std::string(proc_net_tcp::kJoined));
  if (cut) coverage.lose("cut_text", std::string(proc_net_tcp::kCutHeader));
}

/// Some files have the same header for both families: then the first row below it tells which table this is.
void SavedText::see(Family family) {
  const bool has = rows_[static_cast<std::size_t>(family)];
  if (again_ && (has || *again_ == family)) next_sample();
  again_.reset();
  rows_[static_cast<std::size_t>(family)] = true;
}

void SavedText::row(proc_net_tcp::Row row) {
  if (const auto* connection = std::get_if<Connection>(&row)) see(connection->family);
  if (const auto* listener = std::get_if<Listener>(&row)) see(listener->family);
  SavedSample& to = sample();
  if (auto* connection = std::get_if<Connection>(&row)) {
    guess_.see(*connection);
    // No kernel lists CLOSE in this table, but a row that says so is counted as such.
    if (connection->state == State::close) to.coverage.visible |= StateSet{State::close};
    to.complete(*connection, SavedSample::Alike::kept_side_by_side);
  } else if (auto* listener = std::get_if<Listener>(&row)) {
    guess_.see(*listener);
    to.complete(*listener, SavedSample::Alike::kept_side_by_side);
  } else {
    to.coverage.add(std::get<Flaw>(row));
    return;
  }
  if (saw_header_ || !to.coverage.complete) return;
  to.coverage.lose("no_header", "no header line stands before the first row: rows may be missing before it");
}

void SavedText::line(std::string_view text, LineEnd end) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) {
    const bool cut = end == LineEnd::cut && !in_other_table_ && samples_.is_open() && proc_net_tcp::begins_row(text);
    if (cut) sample().coverage.lose("cut_text", std::string(proc_net_tcp::kCut));
    return;
  }
  if (text.starts_with("==> ")) return;  // how tail(1) and head(1) name each of several files
  const Header table = proc_net_tcp::header_of(text);
  if (table != Header::none) {
    end_table();
    header(table);
    if (!proc_net_tcp::has_joined_rows(text)) reader_.begin_table();
    if (!in_other_table_) check_header(table, text, end);
    return;
  }
  if (in_other_table_) {
    ++left_out_;
    return;
  }
  row(reader_.read(text, end));
}

void SavedText::end_table() {
  if (reader_.ends_cut()) sample().coverage.lose("cut_text", std::string(proc_net_tcp::kCut));
  if (std::string missing = reader_.take_missing(); !missing.empty()) {
    sample().coverage.lose("rows_missing", std::move(missing));
  }
}

void SavedText::feed(std::string_view block) {
  lines_.feed(block, [this](std::string_view text) {
    line(text, LineEnd::complete);
    return true;
  });
}

void SavedText::finish() {
  if (!lines_.rest().empty()) line(lines_.rest(), LineEnd::cut);
  end_table();
  if (again_) {
    next_sample();
    sample();
  }
  end_sample();
}

}  // namespace tcpstat::logs
