// Aligned columns for people.

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/utf8.h"
#include "base/wrapped.h"
#include "render/cell_text.h"
#include "render/delimited.h"
#include "render/escape.h"
#include "render/formats.h"
#include "render/history_writers.h"
#include "render/judgement_text.h"
#include "render/palette.h"
#include "render/text_table.h"
#include "render/transition_writer.h"
#include "render/validation_writer.h"

namespace tcpstat::render::table {
namespace {

using Headings = std::vector<TextTable::Heading>;

TextTable::Options options(const RenderSettings& settings) {
  return {settings.header, settings.width, settings.ellipsis, settings.second_line};
}

constexpr std::string_view kDim = "\x1b[2m";

/// How a column looks on a terminal that is too narrow for all of them.
struct Narrow {
  ColumnId id;
  std::string_view heading;
  std::uint8_t rank = 0;       ///< ColumnShape
  std::size_t least_cell = 0;  ///< of words
};
constexpr auto kNarrow = std::to_array<Narrow>({
    {ColumnId::RECV_QUEUE, "RECVQ", 1},
    {ColumnId::SEND_QUEUE, "SENDQ", 1},
    {ColumnId::ACCEPT_QUEUE, "QUEUE"},
    {ColumnId::ACCEPT_LIMIT, "LIMIT"},
    {ColumnId::SYN_RECV, "SYNS"},
    {ColumnId::RETRANSMITS, "RETR"},
    {ColumnId::TIMER, "TIMER", 2, 12},
    {ColumnId::USER, "USER", 3, 6},
    {ColumnId::PROCESS, "PROCESS", 0, 16},
    {ColumnId::CGROUP, "CGROUP", 0, 16},
    {ColumnId::FLAGS, "FLAGS", 0, 14},
    {ColumnId::CONGESTION, "CONG", 0, 5},
});

/// Nothing: it looks as everywhere.
const Narrow* narrow_form(ColumnId id) {
  const auto at = std::find_if(kNarrow.begin(), kNarrow.end(), [&](const Narrow& one) { return one.id == id; });
  return at == kNarrow.end() ? nullptr : &*at;
}

/// RTT for RTT_US, because the cell has the unit.
std::string_view without_unit(const Column& column) {
  if (column.id != ColumnId::tcp_info) return column.name;
  std::string_view name = column.name;
  if (name.ends_with("_US") || name.ends_with("_MS")) name.remove_suffix(3);
  return name;
}

bool is_detail(const RenderSettings& settings, const Column& column) {
  const bool info = column.id == ColumnId::tcp_info || column.id == ColumnId::CONGESTION;
  return info && settings.tcp_info;
}

Headings headings(const RenderSettings& settings) {
  // Wide enough for each possible state, so that a late ESTABLISHED does not push its row to the right.
  std::size_t longest_state = 0;
  for (const StateInfo& state : states()) {
    if (settings.states.has(state.state)) longest_state = std::max(longest_state, state.name.size());
  }
  Headings out;
  for (const Column* column : settings.columns) {
    const std::size_t least = column->id == ColumnId::STATE ? longest_state : 0;
    const bool address = column->type == ColumnType::endpoint || column->type == ColumnType::address;
    TextTable::Heading heading{column->name, column->align, least,
                               address ? TextTable::Shorten::middle : TextTable::Shorten::no};
    if (settings.width != 0) heading.text = heading.short_text = without_unit(*column);
    if (const Narrow* narrow = narrow_form(column->id)) {
      const bool asked = std::find(settings.asked.begin(), settings.asked.end(), column) != settings.asked.end();
      heading.short_text = narrow->heading;
      heading.least_cell = narrow->least_cell;
      heading.rank = asked ? 0 : narrow->rank;
      if (narrow->least_cell != 0) heading.shorten = TextTable::Shorten::end;
    }
    heading.detail = is_detail(settings, *column);
    out.push_back(heading);
  }
  return out;
}

class TableList final : public ListWriter {
 public:
  explicit TableList(RenderSettings settings)
      : settings_(std::move(settings)),
        style_{.timer_details = true,
               .first_owner_only = settings_.width != 0,
               .units = settings_.width != 0,
               .charset = settings_.charset},
        table_(settings_.out, headings(settings_), options(settings_)),
        cells_(cell_writers(settings_.columns)) {}

  Flow connection(const Connection& row) override { return write(row, row.state); }
  Flow listener(const Listener& row) override {
    full_ = is_full(row);
    const Flow flow = write(row, State::listen);
    full_ = false;
    return flow;
  }

  void finish(const Report&) override { table_.finish(); }

  [[nodiscard]] std::vector<const Column*> hidden_columns() const override {
    std::vector<const Column*> out;
    for (std::size_t i = 0; i < settings_.columns.size(); ++i) {
      if (table_.is_hidden(i)) out.push_back(settings_.columns[i]);
    }
    return out;
  }

 private:
  template <typename Row>
  Flow write(const Row& row, State state) {
    for (const CellWriter& cell : cells_) {
      const ColumnId id = cell.column().id;
      const bool alarms = full_ && id == ColumnId::ACCEPT_QUEUE;
      std::size_t width = 0;
      // A mark, because colour must not be the only sign; on terminals only, because scripts want a number.
      if (alarms && settings_.width != 0) {
        table_.cell().append('!');
        ++width;
      }
      width += append(cell, row);
      std::string_view colour;
      if (alarms) colour = colour_of(Severity::critical);
      if (id == ColumnId::STATE) colour = colour_of(state);
      table_.end_cell(width, settings_.colour == Colour::yes ? colour : std::string_view{});
    }
    table_.end_row();
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  template <typename Row>
  std::size_t append(const CellWriter& cell, const Row& row) {
    if (settings_.hosts != nullptr && cell.column().id == ColumnId::REMOTE) {
      if (const std::size_t width = append_host(cell_of(cell.column(), row, settings_.names))) return width;
    }
    return cell.append(table_.cell(), row, settings_.names, style_);
  }

  /// Appends HOST:PORT and returns its width; 0 if the host has no name.
  std::size_t append_host(const Cell& remote) {
    if (remote.kind != Cell::Kind::endpoint) return 0;
    const std::string_view host = settings_.hosts->host(remote.endpoint->address);
    if (host.empty()) return 0;
    const std::size_t start = table_.cell().size();
    append_escaped(table_.cell(), host, settings_.charset);
    table_.cell().append(':');
    table_.cell().number(remote.endpoint->port);
    return display_width(table_.cell().view().substr(start));
  }

  RenderSettings settings_;
  CellStyle style_;
  TextTable table_;
  std::vector<CellWriter> cells_;
  bool full_ = false;  ///< whether the accept queue of the row that is being written is full
};

/// Blocks of counts with an empty line between them.
class SummaryTables {
 public:
  explicit SummaryTables(const RenderSettings& settings) : settings_(settings) {}

  void write(const Report& report, const Summary& summary) {
    if (summary.details) {
      write_states(report);
      if (!summary.phases.empty()) write_groups({"PHASE"}, summary.phases);
      write_mptcp(summary.mptcp);
      write_listeners(summary.listeners, report.coverage.namespaces);
      write_top("REMOTE", summary.top_remotes);
      write_top("PREFIX", summary.top_prefixes);
      return;
    }
    std::vector<std::string> titles;
    for (const std::string& key : summary.keys) titles.push_back(ascii_upper(key));
    write_groups(titles, summary.groups);
  }

 private:
  /// Written only if there are any, because most hosts have none.
  void write_mptcp(const std::optional<MptcpCounts>& counts) {
    if (!counts || counts->connections + counts->subflows == 0) return;
    settings_.out.append("\nMPTCP  ");
    settings_.out.number(counts->connections);
    settings_.out.append(counts->connections == 1 ? " connection of " : " connections of ");
    settings_.out.number(counts->subflows);
    settings_.out.append(counts->subflows == 1 ? " subflow (tcpstat -M)\n" : " subflows (tcpstat -M)\n");
  }

  void begin_block() {
    if (!first_block_) settings_.out.append('\n');
    first_block_ = false;
  }

  void put_text(TextTable& table, std::string_view text, std::string_view colour = {}) const {
    const std::size_t start = table.cell().size();
    append_escaped(table.cell(), text, settings_.charset);
    table.end_cell(display_width(table.cell().view().substr(start)), colour);
  }
  void put_number(TextTable& table, std::optional<std::uint64_t> number) const {
    put_text(table, number ? std::to_string(*number) : "-");
  }
  void put_value(TextTable& table, const GroupValue& value) const {
    if (const auto* number = std::get_if<std::uint64_t>(&value)) return put_number(table, *number);
    const auto* text = std::get_if<std::string>(&value);
    put_text(table, text != nullptr ? std::string_view(*text) : "-");
  }

  /// All eleven states with a column for each family; on a terminal, states without rows share one line.
  void write_states(const Report& report) {
    begin_block();
    TextTable table(settings_.out,
                    {{"STATE", Align::left}, {"IPV4", Align::right}, {"IPV6", Align::right}, {"TOTAL", Align::right}},
                    options(settings_));
    const StateSet counted = report.counted();
    const bool counts = !counted.empty();
    const auto count = [&](bool there, std::uint64_t n) { return there ? std::optional(n) : std::nullopt; };
    std::string none;
    for (const StateInfo& state : states()) {
      const bool there = counted.has(state.state);
      if (settings_.width != 0 && there && report.tally.count(state.state) == 0) {
        none.append(none.empty() ? "none in " : ", ").append(state.name);
        continue;
      }
      put_text(table, state.name, settings_.colour == Colour::yes ? colour_of(state.state) : std::string_view{});
      put_number(table, count(there && report.ipv4, report.tally.count(state.state, Family::ipv4)));
      put_number(table, count(there && report.ipv6, report.tally.count(state.state, Family::ipv6)));
      put_number(table, count(there, report.tally.count(state.state)));
      table.end_row();
    }
    put_text(table, "total");
    put_number(table, count(counts && report.ipv4, report.tally.count(Family::ipv4)));
    put_number(table, count(counts && report.ipv6, report.tally.count(Family::ipv6)));
    put_number(table, count(counts, report.tally.total()));
    table.end_row();
    table.finish();
    if (!none.empty()) write_dim(wrapped("", none, settings_.width));
  }

  /// Lines of little interest, which do not catch the eye.
  void write_dim(std::string_view lines) {
    if (settings_.colour == Colour::yes) settings_.out.append(kDim);
    settings_.out.append(lines);
    if (settings_.colour == Colour::yes) settings_.out.append(kColourEnd);
  }

  /// On a narrow terminal, ends and networks lose their middle, and names their end. Numbers and our own words stay
  /// whole.
  static TextTable::Heading key_heading(std::string_view title, Align align) {
    constexpr std::size_t kLeastName = 8;
    constexpr std::string_view kWords[] = {"STATE", "FAMILY", "PHASE", "TIMER", "ORPHAN"};
    TextTable::Heading out{.text = title, .align = align};
    if (title.starts_with("LOCAL") || title.starts_with("REMOTE")) {
      out.shorten = align == Align::left ? TextTable::Shorten::middle : TextTable::Shorten::no;
    } else if (align == Align::left && std::find(std::begin(kWords), std::end(kWords), title) == std::end(kWords)) {
      out.shorten = TextTable::Shorten::end;
      out.least_cell = kLeastName;
    }
    return out;
  }

  void write_groups(const std::vector<std::string>& titles, const std::vector<Group>& groups) {
    begin_block();
    Headings heads;
    for (std::size_t i = 0; i < titles.size(); ++i) {
      const bool number = !groups.empty() && std::holds_alternative<std::uint64_t>(groups.front().values[i]);
      heads.push_back(key_heading(titles[i], number ? Align::right : Align::left));
    }
    heads.push_back({.text = "COUNT", .align = Align::right, .answer = true});
    TextTable::Options with_second_line = options(settings_);
    with_second_line.second_line = SecondLine::yes;
    TextTable table(settings_.out, heads, with_second_line);
    for (const Group& group : groups) {
      for (const GroupValue& value : group.values) put_value(table, value);
      put_number(table, group.count);
      table.end_row();
    }
    table.finish();
  }

  /// `several`: network namespaces.
  void write_listeners(const std::vector<Listener>& listeners, const std::vector<NamespaceRead>& several) {
    if (listeners.empty()) return;
    begin_block();
    Headings heads = {{.text = "LISTENER", .align = Align::left, .shorten = TextTable::Shorten::middle}};
    for (const ColumnId id : {ColumnId::ACCEPT_QUEUE, ColumnId::ACCEPT_LIMIT, ColumnId::SYN_RECV}) {
      heads.push_back({.text = column(id).name, .align = Align::right, .short_text = narrow_form(id)->heading});
    }
    if (!several.empty()) heads.insert(heads.begin(), {"NETNS", Align::left});
    TextTable table(settings_.out, heads, options(settings_));
    for (const Listener& row : listeners) {
      if (!several.empty()) put_text(table, settings_.names.netns(row.netns));
      const std::size_t start = table.cell().size();
      append_cell(table.cell(), cell_of(column(ColumnId::LOCAL), row, settings_.names), {.charset = settings_.charset});
      table.end_cell(display_width(table.cell().view().substr(start)), {});
      const bool full = is_full(row);
      const std::string queue = row.accept_queue ? std::to_string(*row.accept_queue) : "-";
      put_text(table, full && settings_.width != 0 ? "!" + queue : queue,
               full && settings_.colour == Colour::yes ? colour_of(Severity::critical) : std::string_view{});
      put_number(table, row.accept_limit);
      put_number(table, row.syn_recv);
      table.end_row();
    }
    table.finish();
  }

  void write_top(std::string_view title, const std::vector<TopEntry>& entries) {
    if (entries.empty()) return;
    begin_block();
    TextTable table(
        settings_.out,
        {{.text = title, .align = Align::left, .shorten = TextTable::Shorten::middle}, {"COUNT", Align::right}},
        options(settings_));
    for (const TopEntry& entry : entries) {
      put_text(table, entry.key);
      // A count that may be too low because memory is bounded says by how much.
      std::string count = std::to_string(entry.count);
      if (entry.error > 0) count.append("+").append(std::to_string(entry.error));
      put_text(table, count);
      table.end_row();
    }
    table.finish();
  }

  const RenderSettings& settings_;
  bool first_block_ = true;
};

std::unique_ptr<ListWriter> list(RenderSettings settings) { return std::make_unique<TableList>(std::move(settings)); }

void summary(const RenderSettings& settings, const Report& report, const Summary& counts) {
  SummaryTables(settings).write(report, counts);
}

void explanation(const Page& page, const Explanation& about) { page.out.append(shown_in(page.charset, about.text)); }

}  // namespace

Format format() {
  return {.name = "table",
          .meaning = "aligned columns for people",
          .has_columns = true,
          .for_people = true,
          .tells_samples_apart = true,
          .list = list,
          .summary = summary,
          .transitions = make_transition_table,
          .lives = make_life_table,
          .validation = make_validation_table,
          .check = write_check_text,
          .audit = write_audit_text,
          .unknown = write_unknown_text,
          .judgement_name = "lines for monitoring systems",
          .explanation = explanation,
          .words = write_words,
          .history = write_history_text};
}

}  // namespace tcpstat::render::table
