#include "filter/expression.h"

#include <doctest/doctest.h>

#include <ostream>

#include "filter/parsed.h"
#include "filter/random_expressions.h"
#include "support/rows.h"

namespace tcpstat::filter {
namespace {

using test::OneUser;
using test::parsed;

TEST_CASE("the states that may match are those of which rows are read") {
  const StateSet half_open{State::syn_recv};
  CHECK(possible_states(parsed("state syn-recv and sport = 1")) == half_open);
  CHECK(possible_states(parsed("not ( exclude syn-recv or sport = 1 )")) == half_open);
  CHECK(possible_states(parsed("state syn-recv or sport = 1")) == StateSet::all());
  // Only listeners have a queue of connections to accept.
  CHECK(possible_states(parsed("acceptq > 1 and sport = 1")) == StateSet{State::listen});
  CHECK(possible_states(parsed("backlog < 10 or known accept_queue")) == StateSet{State::listen});
  CHECK(possible_states(parsed("not acceptq > 1")) == StateSet::all());
}

TEST_CASE("a row that matches is in one of the states that may") {
  CHECK(rc::check("whatever the tree", [] {
    const Expression tree = test::some_expression(4);
    const Connection row = test::some_connection();
    OneUser names;
    if (evaluate(tree, row, names) == Truth::yes) RC_ASSERT(possible_states(tree).has(row.state));
  }));
}

}  // namespace
}  // namespace tcpstat::filter
