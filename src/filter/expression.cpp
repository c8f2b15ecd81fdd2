#include "filter/expression.h"

namespace tcpstat::filter {
namespace {

/// Rows in a state of `may` can match, and rows in a state of `must` match whatever else they hold.
struct StateBounds {
  StateSet may;
  StateSet must;
};

/// Whether only listeners have a value in it.
bool is_of_listeners(const Column& column) {
  return column.id == ColumnId::ACCEPT_QUEUE || column.id == ColumnId::ACCEPT_LIMIT || column.id == ColumnId::SYN_RECV;
}

StateBounds bounds(const Test& test) {
  if (const auto* states = std::get_if<StateTest>(&test)) return {states->states, states->states};
  const auto* number = std::get_if<NumberTest>(&test);
  const auto* known = std::get_if<KnownTest>(&test);
  const Column* column = number != nullptr ? number->column : known != nullptr ? known->column : nullptr;
  if (column != nullptr && is_of_listeners(*column)) return {{State::listen}, {}};
  return {StateSet::all(), {}};
}

StateBounds bounds(const Expression& expression) {
  switch (expression.kind()) {
    case Expression::Kind::test:
      return bounds(expression.test());
    case Expression::Kind::negation: {
      const StateBounds part = bounds(expression.parts().front());
      return {StateSet::all() - part.must, StateSet::all() - part.may};
    }
    case Expression::Kind::all_of: {
      StateBounds all{StateSet::all(), StateSet::all()};
      for (const Expression& part : expression.parts()) {
        const StateBounds one = bounds(part);
        all = {all.may & one.may, all.must & one.must};
      }
      return all;
    }
    case Expression::Kind::any_of:
      break;
  }
  StateBounds any;
  for (const Expression& part : expression.parts()) {
    const StateBounds one = bounds(part);
    any = {any.may | one.may, any.must | one.must};
  }
  return any;
}

}  // namespace

Expression::Expression(const Test& test) : kind_(Kind::test), test_(std::make_shared<const Test>(test)) {}

bool operator==(const Expression& a, const Expression& b) {
  if (a.kind_ != b.kind_) return false;
  return a.kind_ == Expression::Kind::test ? *a.test_ == *b.test_ : a.parts_ == b.parts_;
}

Expression Expression::joined(Kind kind, std::vector<Expression> parts) {
  Expression whole;
  whole.kind_ = kind;
  for (Expression& part : parts) {
    if (part.kind_ != kind) {
      whole.parts_.push_back(std::move(part));
      continue;
    }
    for (Expression& inner : part.parts_) whole.parts_.push_back(std::move(inner));
  }
  if (whole.parts_.size() == 1) {
    Expression alone = std::move(whole.parts_.front());
    return alone;
  }
  // An `or` without alternatives is never true.
  return whole.parts_.empty() && kind == Kind::any_of ? nothing() : whole;
}

Expression Expression::negation(Expression part) {
  Expression whole;
  whole.kind_ = Kind::negation;
  whole.parts_.push_back(std::move(part));
  return whole;
}

StateSet possible_states(const Expression& expression) { return bounds(expression).may; }

}  // namespace tcpstat::filter
