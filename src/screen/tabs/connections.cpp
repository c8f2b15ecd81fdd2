// The connections themselves, as the list has them.

#include <algorithm>
#include <cmath>

#include "base/ascii.h"
#include "base/shell_word.h"
#include "base/text_buffer.h"
#include "model/column.h"
#include "render/cell_text.h"
#include "screen/tab.h"

namespace tcpstat::screen {
namespace {

using Columns = std::vector<const Column*>;

Columns columns_of(const Manner& manner) {
  Columns out = manner.columns;
  if (out.empty()) {
    if (manner.several()) out.push_back(&column(ColumnId::NETNS));
    for (const ColumnId id : {ColumnId::STATE, ColumnId::RECV_QUEUE, ColumnId::SEND_QUEUE, ColumnId::LOCAL,
                              ColumnId::REMOTE, ColumnId::TIMER, ColumnId::FLAGS})
      out.push_back(&column(id));
  }
  const auto add = [&out](const Column* one) {
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
  };
  if (manner.processes) add(&column(ColumnId::PROCESS));
  if (manner.tcp_info) {
    for (const std::string_view name : {"RTT_US", "CWND", "TOTAL_RETRANS"}) add(find_column(name));
  }
  return out;
}

std::string cell_text(const Column& of, const Connection& row, const Manner& manner) {
  TextBuffer out;
  const Cell cell = cell_of(of, row, *manner.names);
  if (of.id == ColumnId::REMOTE && manner.hosts != nullptr) {
    if (const std::string_view host = manner.hosts->host(row.remote.address); !host.empty()) {
      return safe(host, manner.charset) + ":" + std::to_string(row.remote.port);
    }
  }
  render::append_cell(out, cell, {.timer_details = true, .first_owner_only = true, .charset = manner.charset});
  return std::string(out.view());
}

/// Rates are the last to be left out, because they are seen nowhere else.
constexpr unsigned kRatesGo = 1;

/// "1.4M": bytes a second.
std::string rate_text(double each_s) {
  constexpr double kThousand = 1000;
  std::string_view units = "kMGT";
  if (each_s < kThousand) return std::to_string(std::llround(each_s));
  while (each_s >= kThousand * kThousand && units.size() > 1) {
    each_s /= kThousand;
    units.remove_prefix(1);
  }
  const long long tenths = std::llround(each_s / kThousand * 10);
  std::string out = std::to_string(tenths / 10);
  if (tenths < 100) out += "." + std::to_string(tenths % 10);
  return out + units.front();
}

/// Rates since the sample before; "-": not known.
std::vector<std::string> rates(const Connection& row) {
  const auto text = [&](std::optional<std::uint64_t> Rates::*what) -> std::string {
    if (row.rates == nullptr || !(row.rates->*what)) return "-";
    return rate_text(static_cast<double>(*(row.rates->*what)));
  };
  return {text(&Rates::sent_bytes), text(&Rates::received_bytes), text(&Rates::retransmits)};
}

/// Wide columns whose content is seen elsewhere are left out first. Columns that the command line names always stay.
Heading heading_of(const Column& of, const Manner& manner) {
  Heading heading{.text = std::string(of.name), .align = of.align};
  heading.shortens = of.kind == ColumnKind::endpoint || of.kind == ColumnKind::address;
  if (of.id == ColumnId::RECV_QUEUE) heading.text = "RECVQ";
  if (of.id == ColumnId::SEND_QUEUE) heading.text = "SENDQ";
  if (of.name == "TOTAL_RETRANS") heading.text = "RETR";
  if (of.id == ColumnId::PROCESS) heading.shortens = true;
  if (!manner.columns.empty()) return heading;
  if (of.id == ColumnId::TIMER) heading.dispensable = 5;
  if (of.id == ColumnId::FLAGS) heading.dispensable = 4;
  if (of.id == ColumnId::RECV_QUEUE || of.id == ColumnId::SEND_QUEUE) heading.dispensable = 3;
  if (of.name == "CWND" || of.name == "TOTAL_RETRANS") heading.dispensable = 2;
  return heading;
}

Tone tone_of(const Connection& row) {
  if (!row.flags.empty()) return Tone::warning;
  switch (info(row.state).phase) {
    case Phase::opening:
      return Tone::opening;
    case Phase::open:
      return Tone::plain;
    case Phase::half_closed:
      return Tone::half_closed;
    case Phase::listening:
    case Phase::closing:
    case Phase::lingering:
    case Phase::closed:
      break;
  }
  return Tone::dim;
}

class Connections final : public Tab {
 public:
  [[nodiscard]] std::string_view title() const override { return "Connections"; }
  [[nodiscard]] std::optional<std::uint64_t> count(const LiveData& data) const override {
    return if_read(data.rows->matched(), data);
  }
  [[nodiscard]] std::size_t rows(const LiveData& data, const Manner& /*manner*/) const override {
    return data.rows->connections().size();
  }

  [[nodiscard]] std::vector<Heading> headings(const Manner& manner) const override {
    std::vector<Heading> out;
    for (const Column* one : columns_of(manner)) out.push_back(heading_of(*one, manner));
    if (!manner.tcp_info) return out;
    for (const std::string_view rate : {"OUT/S", "IN/S", "RETR/S"})
      out.push_back({std::string(rate), Align::right, kRatesGo});
    return out;
  }

  [[nodiscard]] Row row(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const Connection& of = data.rows->connections()[index];
    Row out{.cells = {}, .mark = of.flags.empty() ? ' ' : '~', .tone = tone_of(of)};
    for (const Column* one : columns_of(manner)) out.cells.push_back(cell_text(*one, of, manner));
    if (!manner.tcp_info) return out;
    for (std::string& rate : rates(of)) out.cells.push_back(std::move(rate));
    return out;
  }

  [[nodiscard]] std::string identity(const LiveData& data, std::size_t index) const override {
    const Connection& of = data.rows->connections()[index];
    const std::string socket =
        of.cookie ? std::to_string(*of.cookie) : to_string(of.local) + " " + to_string(of.remote);
    return std::to_string(of.netns) + " " + socket;
  }

  [[nodiscard]] std::string nothing(const LiveData& data) const override {
    return data.judged.error ? data.judged.error->sentence() : "no connection matches";
  }

  [[nodiscard]] std::string details(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const Connection& of = data.rows->connections()[index];
    // No key ends a connection; whoever wants to finds the command here.
    return ending_connection(of, data, manner) +
           known_columns([&](const Column& one) { return cell_text(one, of, manner); });
  }

  [[nodiscard]] std::string command(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const Connection& of = data.rows->connections()[index];
    std::string out = "tcpstat -a -i -p --local-port " + std::to_string(of.local.port);
    if (of.state != State::close) out += " --remote " + shell_word(to_string(of.remote));
    return command_there(out, data, of.netns, manner);
  }

  [[nodiscard]] std::string subject(const LiveData& data, std::size_t index) const override {
    return std::string(name(data.rows->connections()[index].state));
  }
};

}  // namespace

std::unique_ptr<Tab> make_connections_tab() { return std::make_unique<Connections>(); }

}  // namespace tcpstat::screen
