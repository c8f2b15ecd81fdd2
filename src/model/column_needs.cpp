#include "model/column_needs.h"

#include <algorithm>

namespace tcpstat::inline model {

RowParts& RowParts::operator|=(const RowParts& other) {
  tcp_info |= other.tcp_info;
  memory |= other.memory;
  congestion |= other.congestion;
  congestion_values |= other.congestion_values;
  return *this;
}

ColumnNeeds& ColumnNeeds::operator|=(const ColumnNeeds& other) {
  parts |= other.parts;
  netlink_alone |= other.netlink_alone;
  rates |= other.rates;
  places |= other.places;
  namespaces |= other.namespaces;
  owners = std::max(owners, other.owners);
  return *this;
}

// Without a default, so that the compiler asks what a new column needs.
ColumnNeeds needs_of(const Column& column) {
  switch (column.id) {
    case ColumnId::STATE:
    case ColumnId::PHASE:
    case ColumnId::FAMILY:
    case ColumnId::LOCAL:
    case ColumnId::LOCAL_ADDRESS:
    case ColumnId::LOCAL_PORT:
    case ColumnId::REMOTE:
    case ColumnId::REMOTE_ADDRESS:
    case ColumnId::REMOTE_PORT:
    case ColumnId::RECV_QUEUE:
    case ColumnId::SEND_QUEUE:
    case ColumnId::ACCEPT_QUEUE:
    case ColumnId::SYN_RECV:
    case ColumnId::TIMER:
    case ColumnId::TIMER_MS:
    case ColumnId::RETRANSMITS:
    case ColumnId::AGE_MS:
    case ColumnId::UID:
    case ColumnId::USER:
    case ColumnId::INODE:
    case ColumnId::ORPHAN:  // from the state; for other sockets the owner search of -p tells it
    case ColumnId::SOURCE:
      return {};
    case ColumnId::COOKIE:
    case ColumnId::INTERFACE:
    case ColumnId::CGROUP:
    case ColumnId::MARK:
    case ColumnId::ACCEPT_LIMIT:
    case ColumnId::V6ONLY:
    case ColumnId::TRANSPARENT:
    case ColumnId::FREEBIND:
      return {.netlink_alone = true};
    case ColumnId::PID:
    case ColumnId::PROCESS:
      return {.owners = OwnersNeed::required};
    // If no owner is found, the control group of the socket tells.
    case ColumnId::UNIT:
    case ColumnId::CONTAINER:
    case ColumnId::CONTAINER_NAME:
    case ColumnId::POD:
      return {.places = true, .owners = OwnersNeed::helpful};
    case ColumnId::NETNS:
      return {.namespaces = true};
    // Some flags need tcp_info, and one needs memory; whoever asks for the column asks for all flags.
    case ColumnId::FLAGS:
      return {.parts = {.tcp_info = true, .memory = true}};
    // The kernel names the upper-layer protocol only together with tcp_info (inet_sk_diag_fill()).
    case ColumnId::ULP:
    case ColumnId::MPTCP_TOKEN:
    case ColumnId::MPTCP_ROLE:
    case ColumnId::tcp_info:
      return {.parts = {.tcp_info = true}, .netlink_alone = true};
    case ColumnId::MEM:
    case ColumnId::MEM_RECV:
    case ColumnId::MEM_RECV_LIMIT:
    case ColumnId::MEM_SEND:
    case ColumnId::MEM_SEND_LIMIT:
    case ColumnId::MEM_RESERVED:
    case ColumnId::MEM_QUEUED:
    case ColumnId::MEM_OPTIONS:
    case ColumnId::MEM_BACKLOG:
    case ColumnId::MEM_DROPS:
      return {.parts = {.memory = true}, .netlink_alone = true};
    case ColumnId::SENT_BPS:
    case ColumnId::RECEIVED_BPS:
    case ColumnId::SEGS_OUT_PER_S:
    case ColumnId::SEGS_IN_PER_S:
    case ColumnId::RETRANS_PER_S:
      return {.parts = {.tcp_info = true}, .netlink_alone = true, .rates = true};
    case ColumnId::CONGESTION:
      return {.parts = {.congestion = true}, .netlink_alone = true};
    case ColumnId::BBR_BANDWIDTH:
    case ColumnId::BBR_MIN_RTT_US:
    case ColumnId::BBR_PACING_GAIN:
    case ColumnId::BBR_CWND_GAIN:
    case ColumnId::DCTCP_CE_STATE:
    case ColumnId::DCTCP_ALPHA:
    case ColumnId::DCTCP_ECN_BYTES:
    case ColumnId::DCTCP_BYTES:
      return {.parts = {.congestion_values = true}, .netlink_alone = true};
  }
  return {};
}

}  // namespace tcpstat::inline model
