#include "filter/expression.h"
#include "filter/orphan_words.h"
#include "model/column_needs.h"
#include "model/row_rules.h"

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
    if (test.column->id == ColumnId::ORPHAN && found_by_search(test.word)) needs_.columns.owners = OwnersNeed::required;
    if (const auto flag = row_flag_from_name(test.word);
        test.column->id == ColumnId::FLAGS && flag && model::needs_tcp_info(*flag)) {
      needs_.netlink_word = name(*flag);
    }
    if (test.column->id == ColumnId::CGROUP) needs_.cgroups.push_back(test.word);
  }
  void operator()(const AutoboundTest& /*test*/) const {
    needs_.row_word = needs_.netlink_word = "autobound";
    needs_.autobound = true;
  }
  void operator()(const PidTest& /*test*/) const { add(column(ColumnId::PID)); }
  // What `known` asks for need not exist, but it has to be read.
  void operator()(const KnownTest& test) const {
    const std::string_view before = needs_.netlink_word;
    add(*test.column);
    needs_.netlink_word = before;
  }

 private:
  void add(const Column& column) const {
    const ColumnNeeds more = model::needs_of(column);
    needs_.row_word = column.name;
    if (more.netlink_alone) needs_.netlink_word = column.name;
    needs_.columns |= more;
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
