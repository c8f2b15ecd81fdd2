#include "cli/verbs/list_columns.h"

#include <algorithm>

#include "parsers/host/many_namespaces.h"

namespace tcpstat::cli::verbs {

bool has_column(const Columns& columns, ColumnId id) {
  return std::any_of(columns.begin(), columns.end(), [id](const Column* c) { return c->id == id; });
}

namespace {

Columns default_columns(const options::RowChoice& rows, const filter::Filter& filter,
                        const options::SourceChoice& source) {
  const bool listeners_alone = filter.states == StateSet{State::listen};
  Columns out;
  if (host::names_several(source.netns)) out.push_back(&column(ColumnId::NETNS));
  const auto add = [&](std::initializer_list<ColumnId> ids) {
    for (const ColumnId id : ids) out.push_back(&column(id));
  };
  if (listeners_alone) {
    add({ColumnId::STATE, ColumnId::ACCEPT_QUEUE, ColumnId::ACCEPT_LIMIT, ColumnId::SYN_RECV, ColumnId::LOCAL,
         ColumnId::USER});
  } else {
    add({ColumnId::STATE, ColumnId::RECV_QUEUE, ColumnId::SEND_QUEUE, ColumnId::LOCAL, ColumnId::REMOTE, ColumnId::USER,
         ColumnId::TIMER});
  }
  if (!host::info(source.id).traits.one_source) add({ColumnId::SOURCE});
  if (rows.info && !listeners_alone) {
    for (const std::string_view name : {"CONGESTION", "RTT_US", "RTTVAR_US", "CWND", "MSS", "RTO_MS", "TOTAL_RETRANS",
                                        "BYTES_SENT", "BYTES_RECEIVED"}) {
      out.push_back(find_column(name));
    }
  }
  if (rows.mptcp) add({ColumnId::MPTCP_TOKEN});
  if (rows.extended) {
    add({ColumnId::UID, ColumnId::INODE, ColumnId::COOKIE, ColumnId::CGROUP, ColumnId::MARK, ColumnId::V6ONLY});
  }
  if (rows.memory) {
    for (const Column& one : columns()) {
      if (one.object == JsonObject::memory && one.id != ColumnId::MEM) out.push_back(&one);
    }
  }
  if (rows.rate && !listeners_alone) add({ColumnId::SENT_BPS, ColumnId::RECEIVED_BPS, ColumnId::RETRANS_PER_S});
  return out;
}

}  // namespace

Columns chosen_columns(const options::RowChoice& rows, const filter::Filter& filter,
                       const options::SourceChoice& source) {
  Columns out = rows.columns.empty() ? default_columns(rows, filter, source) : rows.columns;
  for (const Column* added : rows.added_columns) {
    if (std::find(out.begin(), out.end(), added) == out.end()) out.push_back(added);
  }
  if (rows.processes && !has_column(out, ColumnId::PROCESS) && !has_column(out, ColumnId::PID)) {
    out.push_back(&column(ColumnId::PROCESS));
  }
  return out;
}

Columns used_columns(const options::RowChoice& rows, const render::Format& format, const Columns& printed) {
  Columns used = format.has_columns ? printed : Columns{};
  for (const survey::SortKey& key : rows.sort) used.push_back(key.column);
  return used;
}

}  // namespace tcpstat::cli::verbs
