// The machine itself: as a table, as a graph for Graphviz and for Mermaid.

#include <algorithm>

#include "explain/explanations.h"
#include "explain/lines.h"
#include "machine/rfc9293.h"

namespace tcpstat::explain {
namespace {

/// Steps that figure 5 of the RFC is about: not those of aborts, resets and timeouts, which lead to CLOSED from
/// anywhere.
enum class Drawn : std::uint8_t { no, yes };
Drawn drawn(const machine::Transition& row) {
  if (row.answer != machine::Answer::moves) return Drawn::no;
  switch (row.event) {
    case machine::Event::abort:
    case machine::Event::user_timeout:
    case machine::Event::retransmission_give_up:
      return Drawn::no;
    case machine::Event::rcv_rst:
      return row.to == State::listen ? Drawn::yes : Drawn::no;
    default:
      return Drawn::yes;
  }
}

}  // namespace

std::string machine_table(std::size_t columns) {
  std::string out;
  const auto add_line = [&](std::string_view from, std::string_view event, std::string_view to, std::string_view sent,
                            const std::string& section) {
    const std::string step = padded(from, 12) + padded(event, 23) + padded(to, 12) + padded(sent, 8);
    constexpr std::size_t kRoomForSections = 20;
    const std::size_t width = columns == 0 ? std::string::npos : columns;
    const bool below = width < step.size() + kRoomForSections;
    out += below ? step + '\n' + wrapped("  ", section, width) : wrapped(step, section, width);
  };
  const auto add = [&](const machine::Transition& row) {
    if (row.answer != machine::Answer::moves) return;
    const std::string_view sent = machine::text(row.send);
    std::string section(row.section);
    if (row.condition != machine::Condition::none) section += " (" + std::string(machine::text(row.condition)) + ")";
    add_line(name(row.from), info(row.event).key, name(row.to), sent.empty() ? "-" : sent, section);
  };
  add_line("FROM", "EVENT", "TO", "SEND", "SECTION");
  for (const machine::Transition& row : machine::kRfc9293) add(row);
  for (const machine::Transition& row : machine::kRfc9293Cases) add(row);
  return out;
}

std::string machine_dot() {
  std::string out =
      "digraph tcp {\n  label=\"TCP, RFC 9293; resets, aborts and timeouts left out\";\n  node [shape=box];\n";
  for (const StateInfo& row : states()) out += "  " + std::string(row.name) + ";\n";
  for (const machine::Transition& row : machine::kRfc9293) {
    if (drawn(row) == Drawn::no) continue;
    out += "  " + std::string(name(row.from)) + " -> " + std::string(name(row.to)) + " [label=\"" +
           std::string(info(row.event).key);
    if (row.send != machine::Send::nothing) out += "\\n" + std::string(machine::text(row.send));
    out += "\"];\n";
  }
  return out + "}\n";
}

std::string machine_mermaid() {
  std::string out = "stateDiagram-v2\n  [*] --> " + std::string(name(State::close)) + "\n";
  for (const machine::Transition& row : machine::kRfc9293) {
    if (drawn(row) == Drawn::no) continue;
    out += "  " + std::string(name(row.from)) + " --> " + std::string(name(row.to)) + " : " +
           std::string(info(row.event).key);
    if (row.send != machine::Send::nothing) out += " / " + std::string(machine::text(row.send));
    out += '\n';
  }
  return out;
}

}  // namespace tcpstat::explain
