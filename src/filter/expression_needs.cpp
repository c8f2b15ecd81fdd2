#include "filter/expression.h"
#include "filter/orphan_words.h"

namespace tcpstat::filter {
namespace {

/// Adds what one test needs.
class NeedsOfTest {
 public:
  explicit NeedsOfTest(ExpressionNeeds& needs) : needs_(needs) {}

  void operator()(const StateTest& /*test*/) const { needs_.states = true; }
  void operator()(const FamilyTest& /*test*/) const {}
  void operator()(const AddressTest& /*test*/) const {}
  void operator()(const AddressSetTest& /*test*/) const {}
  void operator()(const PortTest& /*test*/) const {}
  void operator()(const DeviceTest& test) const {
    needs_.row_word = needs_.netlink_word = "dev";
    if (!test.name.empty() && test.index == 0) needs_.devices.push_back(test.name);
  }
  void operator()(const MarkTest& /*test*/) const {
    needs_.row_word = needs_.netlink_word = "fwmark";
    needs_.marks = true;
  }
  void operator()(const NumberTest& test) const { add(*test.column); }
  void operator()(const WordTest& test) const {
    add(*test.column);
    if (test.column->id == ColumnId::ORPHAN && found_by_search(test.word)) needs_.owners = true;
    if (test.column->id == ColumnId::CGROUP) needs_.cgroups.push_back(test.word);
  }
  void operator()(const AutoboundTest& /*test*/) const {
    needs_.row_word = needs_.netlink_word = "autobound";
    needs_.autobound = true;
  }
  void operator()(const PidTest& /*test*/) const { add(column(ColumnId::PID)); }
  // What is asked for by `known` need not be there, but has to be looked for.
  void operator()(const KnownTest& test) const {
    const std::string_view before = needs_.netlink_word;
    add(*test.column);
    needs_.netlink_word = before;
  }

 private:
  void add(const Column& column) const {
    needs_.row_word = column.name;
    if (column.object != JsonObject::row) needs_.netlink_word = column.name;
    if (is_congestion_value(column)) needs_.congestion_values = true;
    if (column.object == JsonObject::memory) needs_.memory = true;
    if (column.object == JsonObject::rates) needs_.rates = needs_.tcp_info = true;
    switch (column.id) {
      case ColumnId::PID:
      case ColumnId::PROCESS:
        needs_.owners = true;
        break;
      case ColumnId::UNIT:
      case ColumnId::CONTAINER:
      case ColumnId::CONTAINER_NAME:
      case ColumnId::POD:
        needs_.places = needs_.owners = true;
        break;
      case ColumnId::NETNS:
        needs_.namespaces = true;
        break;
      case ColumnId::FLAGS:
        needs_.tcp_info = needs_.memory = true;
        break;
      // The kernel names the protocol beside tcp_info alone (inet_sk_diag_fill()).
      case ColumnId::ULP:
      case ColumnId::MPTCP_TOKEN:
      case ColumnId::MPTCP_ROLE:
      case ColumnId::tcp_info:
        needs_.tcp_info = true;
        needs_.netlink_word = column.name;
        break;
      case ColumnId::CONGESTION:
        needs_.congestion = true;
        needs_.netlink_word = column.name;
        break;
      case ColumnId::COOKIE:
      case ColumnId::INTERFACE:
      case ColumnId::CGROUP:
      case ColumnId::MARK:
      case ColumnId::ACCEPT_LIMIT:
      case ColumnId::V6ONLY:
      case ColumnId::TRANSPARENT:
      case ColumnId::FREEBIND:
        needs_.netlink_word = column.name;
        break;
      default:
        break;
    }
  }

  ExpressionNeeds& needs_;
};

void add_needs(const Expression& expression, ExpressionNeeds& to) {
  if (expression.kind() == Expression::Kind::test) std::visit(NeedsOfTest(to), expression.test());
  for (const Expression& part : expression.parts()) add_needs(part, to);
}

}  // namespace

ExpressionNeeds needs_of(const Expression& expression) {
  ExpressionNeeds needs;
  add_needs(expression, needs);
  return needs;
}

}  // namespace tcpstat::filter
